/// The limits of what is read from a stranger's file and written into a copy.
package enum Limits {
    /// The longest XMP packet that is read, in bytes; extended XMP counts as one.
    package static let packetBytes = 1024 * 1024
    /// The most XMP packets of one file.
    package static let packets = 8
    /// The deepest nesting of XML elements in a packet.
    package static let xmlDepth = 64
    /// The most attributes of one element of a packet: a parser compares each with all others.
    static let attributes = 1_000
    /// The most values of one property in a packet.
    static let values = 64
    /// The most chunks or segments of one file.
    package static let chunks = 1 << 20
    /// The largest C2PA manifest store that is read, in bytes.
    package static let storeBytes = 64 * 1024 * 1024
    /// The deepest nesting of JUMBF boxes.
    package static let boxDepth = 16
    /// The most boxes of one manifest store.
    package static let boxes = 20_000
    /// The largest training-mining assertion or signature box that is read, in bytes.
    static let contentBytes = 1024 * 1024
    /// The deepest nesting of CBOR items.
    package static let itemDepth = 32
    /// The most items of one CBOR text.
    package static let items = 100_000
    /// The longest name of a holder of rights that is kept, in characters.
    package static let holderLength = 80
    /// The longest text of a value that is kept, in characters.
    static let valueLength = 80
    /// The most training marks that one file's reading keeps.
    package static let marks = 64
    /// The longest packet that one segment of a JPEG file takes, in bytes.
    package static let segmentPacketBytes = 65_502
    /// The most works that a manifest names one by one.
    package static let sources = 16
    /// The longest evidence in a manifest, in bytes.
    package static let evidenceBytes = 64 * 1024
    /// The most certificates that come with a signature.
    static let certificates = 4
    /// How often a manifest is built until its length is the one that it tells.
    static let lengthRounds = 5
    /// How long a root certificate is valid: 10 years, in seconds.
    static let rootSeconds: Double = 10 * 365.25 * 86_400
    /// The longest name in a certificate, in characters (RFC 5280, `ub-common-name`).
    static let nameLength = 64
}
