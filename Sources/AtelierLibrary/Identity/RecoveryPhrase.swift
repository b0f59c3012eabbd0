import Crypto
package import SignedObjects

/// The 24 words from which an account's keys are derived: whoever has them controls the account.
///
/// The form is BIP 39: 256 random bits and 8 bits of their SHA-256, 11 bits a word. The keys are
/// derived from the bits by HKDF-SHA256 (RFC 5869). The phrase itself is shown once and stored
/// nowhere.
public struct RecoveryPhrase: Sendable {
    /// How many words a phrase has.
    public static let wordCount = 24

    /// The number of random bytes in a phrase.
    package static let entropyBytes = 32

    private let entropy: [UInt8]

    /// The phrase of 32 random bytes.
    ///
    /// - Throws: ``PhraseError/wrongEntropy(bytes:)`` for any other number of bytes.
    package init(entropy: [UInt8]) throws(PhraseError) {
        guard entropy.count == Self.entropyBytes else {
            throw .wrongEntropy(bytes: entropy.count)
        }
        self.entropy = entropy
    }

    /// Reads a phrase. Spaces or line ends separate the words; capitals do not matter. Words that
    /// have their numbers, as they were shown, may be in any order.
    ///
    /// - Throws: ``PhraseError`` for the first mistake.
    public init(_ text: String) throws(PhraseError) {
        let words = try Self.inOrder(NumberedWord.all(in: text))
        var bits: [UInt8] = []
        for (index, word) in words.enumerated() {
            guard let number = PhraseWords.number(of: word) else {
                throw .unknownWord(place: index + 1)
            }
            bits += (0..<11).map { UInt8(clamping: number >> (10 - $0) & 1) }
        }
        let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
        }
        let entropy = Array(bytes.prefix(Self.entropyBytes))
        guard bytes.last == Digest(of: entropy).bytes.first else { throw .wrongChecksum }
        self.entropy = entropy
    }

    /// The number of words in a text, without their numbers.
    public static func wordCount(in text: String) -> Int { NumberedWord.all(in: text).count }

    private static func inOrder(
        _ words: [NumberedWord]
    ) throws(PhraseError) -> [Substring] {
        guard words.count == wordCount else { throw .wrongCount(words.count) }
        let numbers = words.compactMap(\.number)
        // The columns that were shown are typed line by line.
        guard !numbers.isEmpty else { return words.map(\.word) }
        guard numbers.sorted() == Array(1...wordCount) else { throw .wrongNumbers }
        return words.sorted { ($0.number ?? 0) < ($1.number ?? 0) }.map(\.word)
    }

    /// The 24 words.
    public var words: [String] {
        let checksum = Digest(of: entropy).bytes.prefix(1)
        return PhraseWords.words(forBitsOf: entropy + checksum, count: Self.wordCount)
    }

    /// The key that certifies the account's devices.
    ///
    /// - Throws: ``PhraseError/unusableKey(purpose:)``; never another key than the phrase's.
    package var accountKey: SigningKey {
        get throws(PhraseError) {
            try Self.key("account", derive("atelier account key v1"), SigningKey.init(bytes:))
        }
    }

    /// The first key that the library's changes are sealed with.
    package var libraryKey: SecretBytes {
        get throws(PhraseError) {
            try Self.key("library", derive("atelier library key v1"), SecretBytes.init(_:))
        }
    }

    /// The key that later library keys are sealed to, so that the phrase opens everything.
    package var recoveryKey: SealingKey {
        get throws(PhraseError) {
            try Self.key("recovery", derive("atelier recovery key v1"), SealingKey.init(bytes:))
        }
    }

    /// Makes a key from derived bytes. A random key in its place would be that of another account.
    ///
    /// - Throws: ``PhraseError/unusableKey(purpose:)``.
    package static func key<Key>(
        _ purpose: String, _ bytes: [UInt8], _ make: ([UInt8]) -> Key?
    ) throws(PhraseError) -> Key {
        guard let key = make(bytes) else { throw .unusableKey(purpose: purpose) }
        return key
    }

    private func derive(_ purpose: String) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: entropy), info: Array(purpose.utf8),
            outputByteCount: 32)
        return key.withUnsafeBytes(Array.init)
    }
}

/// A word of a phrase, with the number before it if there is one: `3 heron`, `3. heron`, `3.heron`.
struct NumberedWord {
    let word: Substring
    let number: Int?

    /// The words of a text, in their order.
    static func all(in text: String) -> [NumberedWord] {
        var words: [NumberedWord] = []
        var number: Int?
        for token in text.split(whereSeparator: \.isWhitespace) {
            let digits = token.prefix { $0.isASCII && $0.isNumber }
            var rest = token.dropFirst(digits.count)
            if !digits.isEmpty {
                number = Int(digits, radix: 10)
                rest = rest.drop { ".):".contains($0) }
            }
            guard !rest.isEmpty else { continue }
            words.append(NumberedWord(word: rest, number: number))
            number = nil
        }
        return words
    }
}

/// Why a text is not a recovery phrase.
public enum PhraseError: Error, Equatable, CustomStringConvertible {
    /// Not 24 words.
    case wrongCount(Int)
    /// Some words have numbers, but those are not 1 to 24.
    case wrongNumbers
    /// The word at this position, from 1, is not on the list.
    case unknownWord(place: Int)
    /// Each word is on the list, but the checksum is wrong.
    case wrongChecksum

    /// A phrase cannot be made from this number of bytes.
    case wrongEntropy(bytes: Int)
    /// The bytes that are derived from the phrase are not a valid key.
    case unusableKey(purpose: String)

    /// The text form.
    public var description: String {
        switch self {
        case .wrongCount(let count):
            "A recovery phrase has \(RecoveryPhrase.wordCount) words; these are \(count)."
        case .wrongNumbers:
            "Some of the numbers before the words are missing, repeated or not 1 to "
                + "\(RecoveryPhrase.wordCount). Type the words in order, without numbers."
        case .unknownWord(let place):
            "Word \(place) is not on the list of recovery words. Check its first four letters."
        case .wrongEntropy(let bytes):
            "The system gave \(bytes) random bytes; a recovery phrase is made of "
                + "\(RecoveryPhrase.entropyBytes). Nothing was changed."
        case .unusableKey(let purpose):
            "The \(purpose) key cannot be derived from this recovery phrase. Nothing was changed."
        case .wrongChecksum:
            "These words are not a recovery phrase: one word is wrong, or two are swapped."
        }
    }
}

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
