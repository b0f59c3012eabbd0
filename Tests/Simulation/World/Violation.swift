/// A promise that the engine broke in a run.
package struct Violation: Error, Hashable, CustomStringConvertible {
    /// Which promise.
    package enum Promise: String, Hashable, Sendable {
        /// Replicas that saw the same changes hold the same rows.
        case converges = "replicas differ"
        /// Replicas that agree do not take each other for different.
        case trusts = "a digest differs where nothing is wrong"
        /// Nothing that was written is lost or silently overwritten, and nothing rises again.
        case keeps = "a write is lost"
        /// A transaction is there whole or not at all, and stays once it is accepted.
        case commits = "a transaction is torn or gone"
        /// In the end nothing waits.
        case settles = "something waits for ever"
        /// Only copied or restored databases begin anew.
        case chains = "a replica was taken for another"
        /// Nothing fails but for a reason.
        case works = "something failed without a reason"
        /// SQLite finds its file whole, the engine's doctor its tables.
        case isWhole = "the database is damaged"
        /// Declared constraints hold.
        case constrains = "a constraint is broken"
        /// What is restored stands, and is on no list any more.
        case restores = "a restored conflict is not restored"
        /// Of true clocks, the later write wins.
        case ordersByTime = "an earlier write won"
    }

    /// Which promise.
    package let promise: Promise
    /// How it was broken.
    package let detail: String
    /// In which step, from 0; the number of steps where it was after the last.
    package internal(set) var step = 0

    init(_ promise: Promise, _ detail: String) {
        self.promise = promise
        self.detail = detail
    }

    /// What happened, and where.
    package var description: String { "\(promise.rawValue) (step \(step)): \(detail)" }
}
