import ArgumentParser

/// Numbers of drafts, such as `1,4`.
struct PickedDrafts: ExpressibleByArgument {
    let numbers: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...9).contains(numbers.count),
            Set(numbers).count == numbers.count
        else { return nil }
        self.numbers = numbers
    }
}
