/// Why a text is not a recovery phrase.
public enum PhraseError: Error, Equatable, CustomStringConvertible {
    /// Not 24 words.
    case wrongCount(Int)
    /// Some words have numbers, but not each another one from 1 to 24.
    case wrongNumbers
    /// The word at this place, from 1, is none of the 2,048.
    case unknownWord(place: Int)
    /// Each word is one, but together they are no phrase.
    case wrongChecksum

    /// The phrase was to be made of another number of random bytes than it stands for.
    case wrongEntropy(bytes: Int)
    /// A key that is derived from the phrase is not one.
    case unusableKey(purpose: String)

    /// The text form.
    public var description: String {
        switch self {
        case .wrongCount(let count):
            "A recovery phrase has \(RecoveryPhrase.wordCount) words; these are \(count)."
        case .wrongNumbers:
            "Some of the numbers before the words are missing, twice or none of 1 to "
                + "\(RecoveryPhrase.wordCount). Type the words in order, without numbers."
        case .unknownWord(let place):
            "Word \(place) is not a word of recovery phrases. Look at its first four letters."
        case .wrongEntropy(let bytes):
            "The system gave \(bytes) random bytes; a recovery phrase is made of "
                + "\(RecoveryPhrase.entropyBytes). Nothing was changed."
        case .unusableKey(let purpose):
            "The \(purpose) key cannot be derived from this recovery phrase. Nothing was changed."
        case .wrongChecksum:
            "These words are not a recovery phrase: one is wrong, or two changed places."
        }
    }
}
