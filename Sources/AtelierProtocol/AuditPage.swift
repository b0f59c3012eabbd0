public import SignedObjects

/// Entries of the audit log without their contents: `GET /v1/audit?after=N`.
public struct AuditPage: Codable, Sendable, Equatable {
    /// The digests of the contents of the entries after the serial that was asked for, in order; at
    /// most ``ProtocolLimits/auditEntries``, none past the end of the log.
    public let contents: [Digest]

    /// - Parameter contents: In the order of the log.
    public init(contents: [Digest]) {
        self.contents = contents
    }

    /// The route.
    public static let target = "/v1/audit"
}
