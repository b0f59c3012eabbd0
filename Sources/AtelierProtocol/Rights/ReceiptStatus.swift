public import SignedObjects

/// How a receipt stands now, for anybody who holds it: `GET /v1/receipts/{receipt}/status`, where
/// the receipt is named by the SHA-256 of its compact text; signed by the server.
public struct ReceiptStatus: SignedPayload, Hashable {
    /// The header's `typ`.
    public static let type = "atelier-receipt-status+jws"

    /// How it stands; what comes first here goes before what comes later.
    public enum Standing: String, Codable, Sendable, CaseIterable {
        /// A moderator has withheld the model or a work that it learned from.
        case disputed
        /// The artist has withdrawn the model or a work that it learned from.
        case withdrawn
        /// The device that spent the credit was revoked since.
        case revokedDevice = "revoked-device"
        /// Nothing stands against it.
        case good
    }

    /// SHA-256 of the receipt's compact text.
    public let receipt: Digest
    /// How it stands.
    public let standing: Standing
    /// Server time of the answer.
    public let time: UnixTime
    /// From this server time on it should be asked for again.
    public let until: UnixTime

    /// A status to be signed by the server; `time` < `until`.
    public init(receipt: Digest, standing: Standing, time: UnixTime, until: UnixTime) {
        self.receipt = receipt
        self.standing = standing
        self.time = time
        self.until = until
    }
}

/// The answer to a question for a receipt's status.
public struct ReceiptStatusReply: Codable, Sendable, Equatable {
    /// Compact ``ReceiptStatus``.
    public let status: String

    /// An answer with a status that the server signed.
    public init(status: String) { self.status = status }
}
