/// What the engine promises beyond what every engine must, see ``Violation/Promise``.
enum Promises {
    /// A copied or restored database sends what the copy held unsent under its own dates, so that
    /// later writes in the other copy win over it.
    static let copiesKeepDates = true
}
