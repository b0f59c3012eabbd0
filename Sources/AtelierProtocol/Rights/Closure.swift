public import SignedObjects

/// The server's last statement: the service has ended, and what it stored of its artists is gone.
/// `GET /v1/closure`.
public struct ServiceClosure: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-closure+jws"

    /// The operator's stable code, such as `end-of-service`.
    public let reason: String
    /// Sealed segments and snapshot chunks that were deleted.
    public let segments: Int
    /// Registrations of works and models that were deleted.
    public let registrations: Int
    /// Reservations and claims that were deleted, with contacts and pictures.
    public let rights: Int
    /// Receipts that stay, so that pictures can still be checked.
    public let receiptsKept: Int
    /// SHA-256 of the transparency report that was written before.
    public let report: Digest
    /// Server time.
    public let time: UnixTime

    /// What was deleted and what stays, in numbers.
    public init(
        reason: String, segments: Int, registrations: Int, rights: Int, receiptsKept: Int,
        report: Digest, time: UnixTime
    ) {
        (self.reason, self.segments, self.registrations) = (reason, segments, registrations)
        (self.rights, self.receiptsKept, self.report) = (rights, receiptsKept, report)
        self.time = time
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        reason = try container.decode(String.self, forKey: .reason)
        segments = try container.decode(.segments, in: NumberRange.count)
        registrations = try container.decode(.registrations, in: NumberRange.count)
        rights = try container.decode(.rights, in: NumberRange.count)
        receiptsKept = try container.decode(.receiptsKept, in: NumberRange.count)
        report = try container.decode(Digest.self, forKey: .report)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}

/// The answer to `GET /v1/closure`; 404 `not-found` while the service goes on.
public struct ClosureReply: Codable, Sendable, Equatable {
    /// Compact ``ServiceClosure``.
    public let statement: String

    /// - Parameter statement: Compact ``ServiceClosure``.
    public init(statement: String) {
        self.statement = statement
    }
}
