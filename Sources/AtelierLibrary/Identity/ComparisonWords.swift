package import SignedObjects

/// Six words that a new device shows and the artist types on an old one.
///
/// They are 66 bits of a digest of everything that the approval certifies. A server that exchanged
/// a key would have to find another request with the same words.
package struct ComparisonWords: Equatable, Sendable, CustomStringConvertible {
    /// The number of words.
    package static let count = 6

    /// The words, in lowercase.
    package let words: [String]

    /// The words for a device that asks to join `account`.
    package init(
        account: AccountID, deviceKey: VerifyingKey, agreementKey: [UInt8], name: String
    ) {
        let input =
            Array("atelier device v1".utf8) + account.bytes + deviceKey.bytes + agreementKey
            + Array(name.utf8)
        words = PhraseWords.words(forBitsOf: Digest(of: input).bytes, count: Self.count)
    }

    /// Reads six words as typed, else nil.
    package init?(typed: [String]) {
        let typed = typed.flatMap { $0.split(whereSeparator: \.isWhitespace) }
        let known = typed.compactMap { PhraseWords.number(of: $0) }
        guard typed.count == Self.count, known.count == Self.count else { return nil }
        words = known.map { PhraseWords.all[$0] }
    }

    /// The words, separated by spaces.
    package var description: String { words.joined(separator: " ") }
}
