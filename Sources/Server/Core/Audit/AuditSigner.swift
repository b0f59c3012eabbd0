import AtelierProtocol
import SignedObjects

/// Signs the audit log's head with the server's key, and makes the rows' salts.
struct AuditSigner: Sendable {
    let key: SigningKey
    let randomBytes: @Sendable (Int) -> [UInt8]

    /// What makes a row's digest tell nothing of its content: 16 random bytes.
    func salt() -> [UInt8] { randomBytes(16) }

    /// The compact form of a head.
    func sign(_ head: AuditHead) throws -> String {
        try JWS(signing: head, with: key).compact
    }

    /// Whether `document` is this server's signature under a log of so many rows with that end.
    func isSigned(_ document: String?, serial: Int64, link: Digest) -> Bool {
        Self.isSigned(document, serial: serial, link: link, key: key.verifyingKey)
    }

    /// Whether `document` is a signature by `key` under a log of so many rows with that end.
    static func isSigned(
        _ document: String?, serial: Int64, link: Digest, key: VerifyingKey
    ) -> Bool {
        guard let document,
            let head = try? JWS<AuditHead>(verifying: document, with: key).payload
        else { return false }
        return head.serial == serial && head.hash == link
    }
}
