import AtelierProtocol
import SignedObjects

extension KeyRotation {
    /// A new library key for `members` and the recovery phrase, and for nobody else.
    init(
        of account: AccountID, epoch: UInt32, key: SecretBytes, members: [DeviceCertificate],
        revoked: [DeviceID], recovery: AgreementKey, issued: UnixTime
    ) throws {
        let seal = { (to: AgreementKey) in
            Base64URL.encode(
                try SealingKey.seal(key.bytes, to: to, info: Self.info(account, epoch)))
        }
        self.init(
            account: account, epoch: epoch, revoked: revoked,
            boxes: try members.map {
                Box(device: $0.device, sealed: try seal($0.agreementKey))
            },
            recovery: try seal(recovery), issued: issued)
    }

    /// The key, as the device that `keys` are of opens it; nil where it is not for it.
    func libraryKey(for keys: DeviceKeys) -> LibraryKey? {
        boxes.first { $0.device == keys.device }.flatMap { open($0.sealed, with: keys.sealing) }
    }

    /// The key, as the recovery phrase's own key opens it.
    func libraryKey(forRecovery key: SealingKey) -> LibraryKey? {
        open(recovery, with: key)
    }

    private func open(_ sealed: String, with key: SealingKey) -> LibraryKey? {
        let opened = Base64URL.decode(sealed).flatMap {
            try? key.open($0, info: Self.info(account, epoch))
        }
        return opened.flatMap(SecretBytes.init).map { LibraryKey(epoch: epoch, key: $0) }
    }

    private static func info(_ account: AccountID, _ epoch: UInt32) -> [UInt8] {
        Array("atelier library key v1 \(epoch) ".utf8) + account.bytes
    }
}
