/// Every order of a few things, for tests that try them all.
package enum Permutations {
    /// All orders of 0 ..< `count`.
    package static func of(count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return of(count: count - 1).flatMap { shorter in
            (0..<count).map { place in
                var order = shorter
                order.insert(count - 1, at: place)
                return order
            }
        }
    }
}
