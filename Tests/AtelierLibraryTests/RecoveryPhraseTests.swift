import AtelierLibrary
import SignedObjects
import SystemSupport
import Testing

@Suite("Recovery phrase")
struct RecoveryPhraseTests {
    /// The public 256-bit vectors of BIP 39: entropy and sentence.
    static let vectors = [
        (
            String(repeating: "00", count: 32),
            String(repeating: "abandon ", count: 23) + "art"
        ),
        (
            String(repeating: "7f", count: 32),
            "legal winner thank year wave sausage worth useful legal winner thank year wave "
                + "sausage worth useful legal winner thank year wave sausage worth title"
        ),
        (
            String(repeating: "80", count: 32),
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd "
                + "amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic "
                + "bless"
        ),
        (
            String(repeating: "ff", count: 32),
            String(repeating: "zoo ", count: 23) + "vote"
        ),
    ]

    // Goal: our phrases are everybody's. Method: the public vectors, both ways.
    @Test(arguments: vectors)
    func matchesThePublicVectors(entropy: String, sentence: String) throws {
        let bytes = try #require(Hexadecimal.decode(entropy))
        let phrase = try RecoveryPhrase(entropy: bytes)
        #expect(phrase.words.joined(separator: " ") == sentence)
        let read = try RecoveryPhrase(sentence.uppercased())
        #expect(read.words == phrase.words)
        #expect(try read.accountKey.bytes == phrase.accountKey.bytes)
    }

    // Goal: words with their numbers are read in the numbers' order, however they stand.
    // Method: the table of `init`, row by row; other ways to write a number; a number too many.
    @Test func numberedWordsAreRead() throws {
        let phrase = try RecoveryPhrase(entropy: [UInt8](0..<32))
        let numbered = phrase.words.enumerated().map { "\($0 + 1) \($1)" }
        let rows = (0..<6).map { row in
            (0..<4).map { numbered[$0 * 6 + row] }.joined(separator: "  ")
        }
        let table = rows.joined(separator: "\n")
        #expect(RecoveryPhrase.wordCount(in: table) == 24)
        #expect(RecoveryPhrase.wordCount(in: rows[0] + " 2") == 4)
        #expect(try RecoveryPhrase(table).words == phrase.words)
        for mark in [".", ")", ": ", ". "] {
            let text = phrase.words.enumerated().map { "\($0 + 1)\(mark)\($1)" }.reversed()
            #expect(try RecoveryPhrase(text.joined(separator: " ")).words == phrase.words)
        }
        let twice = table.replacing("24 ", with: "23 ")
        #expect(throws: PhraseError.wrongNumbers) { try RecoveryPhrase(twice) }
        let half = numbered.prefix(12) + phrase.words.suffix(12)
        #expect(throws: PhraseError.wrongNumbers) {
            try RecoveryPhrase(half.joined(separator: " "))
        }
    }

    // Goal: keys never change between versions. Method: values computed by another HKDF.
    @Test func keysAreFixed() throws {
        let phrase = try RecoveryPhrase(entropy: [UInt8](repeating: 0, count: 32))
        #expect(
            try Hexadecimal.encode(phrase.accountKey.bytes)
                == "8d6b122f56b55df09d446b167dba04eac08ba288866fa8625daf0683a941c27d")
        #expect(
            try Hexadecimal.encode(phrase.libraryKey.bytes)
                == "30df4da505eeaa721af677e4100921a7fb185dda7a6279526190df3f48a71062")
    }

    // Goal: a slip of the pen is found. Method: every single replaced word of one phrase by its
    // neighbour in the list; one in 256 may pass the 8-bit checksum.
    @Test func aWrongWordIsFound() throws {
        let phrase = try RecoveryPhrase(entropy: [UInt8](0..<32))
        var passed = 0
        for place in 0..<RecoveryPhrase.wordCount {
            var words = phrase.words
            let number = try #require(PhraseWords.number(of: words[place]))
            words[place] = PhraseWords.all[(number + 1) % PhraseWords.all.count]
            if (try? RecoveryPhrase(words.joined(separator: " "))) != nil { passed += 1 }
        }
        #expect(passed <= 2)
    }

    // Goal: each kind of mistake is named. Method: one of each, at and one past the count.
    @Test func mistakesAreNamed() throws {
        let words = try RecoveryPhrase(entropy: [UInt8](0..<32)).words
        #expect(throws: PhraseError.wrongCount(23)) {
            try RecoveryPhrase(words.dropLast().joined(separator: " "))
        }
        #expect(throws: PhraseError.wrongCount(25)) {
            try RecoveryPhrase((words + ["zoo"]).joined(separator: " "))
        }
        #expect(throws: PhraseError.unknownWord(place: 3)) {
            try RecoveryPhrase(
                (words.prefix(2) + ["zzz"] + words.dropFirst(3)).joined(separator: " "))
        }
    }

    // Goal: a phrase gives its own keys or none. Method: the same phrase twice; one byte of
    // randomness too few and too many; derived bytes that are no key.
    @Test func noPhraseGivesARandomKey() throws {
        let (first, second) = (
            try RecoveryPhrase(entropy: [UInt8](0..<32)),
            try RecoveryPhrase(entropy: [UInt8](0..<32))
        )
        #expect(try first.accountKey.bytes == second.accountKey.bytes)
        for count in [31, 33] {
            #expect(throws: PhraseError.wrongEntropy(bytes: count)) {
                try RecoveryPhrase(entropy: [UInt8](repeating: 1, count: count))
            }
        }
        #expect(throws: PhraseError.unusableKey(purpose: "account")) {
            try RecoveryPhrase.key(
                "account", [UInt8](repeating: 1, count: 31), SigningKey.init(bytes:))
        }
    }

    // Goal: the list is the list. Method: count, order, and the four-letter rule.
    @Test func fourLettersTellEachWord() {
        #expect(PhraseWords.all.count == 2048)
        #expect(PhraseWords.all == PhraseWords.all.sorted())
        #expect(Set(PhraseWords.all.map { $0.prefix(4) }).count == 2048)
    }
}
