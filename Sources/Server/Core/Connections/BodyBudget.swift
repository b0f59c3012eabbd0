import Synchronization

/// Bounds the bodies that are read at a time: their bytes in all, and their number for each sender.
package final class BodyBudget: Sendable {
    /// Why no more may be read now.
    package enum Excess: Error, Equatable {
        /// The sender sends too many at once.
        case sender
        /// There is no memory for more.
        case memory
    }

    private struct State {
        var bytes = 0
        var senders: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let bytes: Int
    private let perSender: Int

    /// An empty one.
    package init(bytes: Int, perSender: Int) {
        self.bytes = bytes
        self.perSender = perSender
    }

    /// Bytes in memory now.
    package var bytesInFlight: Int { state.withLock { $0.bytes } }

    /// Begins a body of a sender; the end of the share's life releases its bytes and its slot.
    package func begin(for sender: String) throws(Excess) -> Share {
        let isThere = state.withLock { state in
            let count = state.senders[sender, default: 0]
            guard count < perSender else { return false }
            state.senders[sender] = count + 1
            return true
        }
        guard isThere else { throw .sender }
        return Share(budget: self, sender: sender)
    }

    /// What one body has of the budget.
    package struct Share: ~Copyable {
        fileprivate let budget: BodyBudget
        fileprivate let sender: String
        private var bytes = 0

        fileprivate init(budget: BodyBudget, sender: String) {
            self.budget = budget
            self.sender = sender
        }

        /// Takes so many more bytes.
        package mutating func take(_ count: Int) throws(Excess) {
            let isThere = budget.state.withLock { state in
                guard state.bytes + count <= budget.bytes else { return false }
                state.bytes += count
                return true
            }
            guard isThere else { throw .memory }
            bytes += count
        }

        deinit {
            let bytes = bytes
            let sender = sender
            budget.state.withLock { state in
                state.bytes -= bytes
                let count = state.senders[sender, default: 1] - 1
                state.senders[sender] = count == 0 ? nil : count
            }
        }
    }
}
