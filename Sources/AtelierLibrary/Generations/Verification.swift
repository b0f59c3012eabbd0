import SignedObjects

/// What is known of a picture file. Its JSON form is what `verify --json` prints.
public struct Verification: Codable, Equatable, Sendable {
    /// What it is.
    public enum Verdict: String, Codable, Sendable {
        /// A generation of this account, and the server's signature on it holds.
        case countersigned
        /// A generation of this account that this device signed, without the server's signature.
        case signed
        /// None that this library can vouch for.
        case unknown
    }

    /// What it is.
    public let verdict: Verdict
    /// The generation; left out where there is none.
    public let generation: GenerationID?
    /// Whether the file is the watermarked one as it was written; false where only the pixels are
    /// the generation's, as in an export without the watermark.
    public let isMarkedFile: Bool
    /// When the server countersigned; left out where it has not.
    public let countersignedAt: Moment?
    /// The server that did; empty where none did.
    public let server: String
}
