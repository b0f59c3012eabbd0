import AtelierProtocol
import SignedObjects

extension LibraryKey {
    /// The key for who holds the private half of `agreementKey`: base64url.
    func sealed(to agreementKey: AgreementKey, of account: AccountID) throws -> String {
        Base64URL.encode(
            try SealingKey.seal(key.bytes, to: agreementKey, info: Self.info(account, epoch)))
    }

    /// Opens ``sealed(to:of:)``, else nil.
    init?(opening sealed: String, epoch: UInt32, of account: AccountID, with key: SealingKey) {
        let opened = Base64URL.decode(sealed).flatMap {
            try? key.open($0, info: Self.info(account, epoch))
        }
        guard let bytes = opened.flatMap(SecretBytes.init) else { return nil }
        self.init(epoch: epoch, key: bytes)
    }

    private static func info(_ account: AccountID, _ epoch: UInt32) -> [UInt8] {
        Array("atelier library key v1 \(epoch) ".utf8) + account.bytes
    }
}
