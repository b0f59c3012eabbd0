/// Limits of the catalogue of messages.
package enum Limits {
    /// Bytes of one file of texts.
    package static let textFileBytes = 1 << 20
    /// Ranges of one `Accept-Language` header that are read; browsers send fewer than ten.
    package static let languageRanges = 32
}
