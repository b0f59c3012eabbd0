public import SignedObjects

/// Why the artist may let a model learn from a work.
public enum RightsBasis: String, Codable, Sendable {
    /// The artist made it and holds the rights.
    case mine
    /// Somebody else made it and allows this.
    case licensed
}

/// A statement, signed by a device, of the rights by which a model may learn from a work.
public struct RightsStatement: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-rights+jws"

    /// SHA-256 of the work's file.
    public let work: Digest
    /// Why the artist may use it.
    public let basis: RightsBasis
    /// The licence's text for ``RightsBasis/licensed``, else empty.
    public let licence: String
    /// The key that signed this.
    public let deviceKey: VerifyingKey
    /// When it was signed.
    public let time: UnixTime

    /// A statement to be signed with the private half of `deviceKey`.
    public init(
        work: Digest, basis: RightsBasis, licence: String, deviceKey: VerifyingKey, time: UnixTime
    ) {
        self.work = work
        self.basis = basis
        self.licence = licence
        self.deviceKey = deviceKey
        self.time = time
    }
}
