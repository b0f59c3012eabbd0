/// A set of small numbers, a bit each.
struct CommitSet: Hashable {
    private var words: [UInt64] = []

    func contains(_ member: Int) -> Bool {
        let word = member >> 6
        return word < words.count && words[word] & 1 << UInt64(member & 63) != 0
    }

    mutating func insert(_ member: Int) {
        let word = member >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(member & 63)
    }

    mutating func subtract(_ other: Self) {
        for (index, word) in other.words.prefix(words.count).enumerated() { words[index] &= ~word }
    }

    mutating func formUnion(_ other: Self) {
        while words.count < other.words.count { words.append(0) }
        for (index, word) in other.words.enumerated() { words[index] |= word }
    }
}
