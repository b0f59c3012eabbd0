import Synchronization
package import SyncKit

/// What a transport throws when the simulated network loses something.
package struct SimulatedLoss: Error {
    /// Loses something.
    package init() {}
}

/// A server in memory that orders one account's segments, over a network that loses questions and
/// answers as a seed says. It checks chains as the real one does.
package final class SimulatedServer: Transport {
    fileprivate struct State {
        var segments: [SealedSegment] = []
        var generator: SeededGenerator
        var lossOneIn: Int?
    }

    private let state: Mutex<State>
    private let time: SimulatedTime

    /// An empty server.
    package init(time: SimulatedTime, seed: UInt64) {
        self.time = time
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Loses one question or answer in `odds`; nil loses none.
    package func lose(oneIn odds: Int?) {
        state.withLock { $0.lossOneIn = odds }
    }

    /// All stored segments in order.
    package var segments: [SealedSegment] { state.withLock { $0.segments } }

    /// Stores a segment as if its sender had pushed it.
    package func inject(_ segment: SealedSegment) {
        state.withLock { $0.segments.append(segment) }
    }

    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        try state.withLock { state in
            try state.mayLose()
            let known = state.segments.filter { $0.header.replica == segment.header.replica }
            let sequence: Int
            if let index = state.segments.firstIndex(of: segment) {
                sequence = index + 1
            } else {
                guard
                    segment.header.number == UInt64(known.count + 1),
                    (known.last?.hash ?? [UInt8](repeating: 0, count: 32))
                        == segment.header.previous
                else { throw ForkedChain() }
                state.segments.append(segment)
                sequence = state.segments.count
            }
            try state.mayLose()
            return PushAcknowledgement(
                sequence: Int64(sequence), serverMilliseconds: Int64(time.now), epoch: 1)
        }
    }

    package func pull(after sequence: Int64) async throws -> PulledPage {
        try state.withLock { state in
            try state.mayLose()
            let start = Int(sequence)
            let count = 1 + state.generator.below(4)
            let page = state.segments.dropFirst(start).prefix(count).enumerated()
                .map { SequencedSegment(sequence: Int64(start + $0 + 1), bytes: $1.bytes) }
            return PulledPage(segments: page, serverMilliseconds: Int64(time.now), epoch: 1)
        }
    }
}

extension SimulatedServer.State {
    fileprivate mutating func mayLose() throws {
        if let odds = lossOneIn, generator.oneIn(odds) { throw SimulatedLoss() }
    }
}
