import Synchronization
package import SyncKit

/// One device's way to a server, on which questions and answers get lost, come twice, or come
/// late: after others that were asked later.
///
/// Wraps any transport; everything is drawn from a seed.
package final class SimulatedNetwork: Transport {
    /// How bad the network is; each number is the odds of one question, nil for never.
    package struct Weather: Hashable, Sendable {
        /// The question does not arrive.
        package var losesQuestion: Int?
        /// The question arrives, its answer does not.
        package var losesAnswer: Int?
        /// The question arrives twice.
        package var repeats: Int?
        /// The asker gives up, and the question arrives some time later.
        package var delays: Int?
        /// The longest time that a question or an answer takes, in milliseconds.
        package var latency: UInt64

        /// One message in so many has the trouble; nil where none has.
        package init(
            losesQuestion: Int? = nil, losesAnswer: Int? = nil, repeats: Int? = nil,
            delays: Int? = nil, latency: UInt64 = 0
        ) {
            self.losesQuestion = losesQuestion
            self.losesAnswer = losesAnswer
            self.repeats = repeats
            self.delays = delays
            self.latency = latency
        }

        /// Nothing goes wrong and nothing takes time.
        package static let fine = Weather()
    }

    fileprivate struct State {
        var generator: SeededGenerator
        var weather = Weather.fine
        var isCut = false
        var late: [@Sendable () async -> Void] = []
    }

    private let transport: any Transport
    private let time: SimulatedTime
    private let onPush: @Sendable (SealedSegment) -> Void
    private let state: Mutex<State>

    /// A network in fine weather.
    ///
    /// - Parameter onPush: Called for each segment that reaches the server.
    package init(
        to transport: any Transport, time: SimulatedTime, seed: UInt64,
        onPush: @escaping @Sendable (SealedSegment) -> Void = { _ in }
    ) {
        self.transport = transport
        self.time = time
        self.onPush = onPush
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    /// Changes the weather, and what is drawn from now on.
    package func set(_ weather: Weather, seed: UInt64) {
        state.withLock {
            $0.weather = weather
            $0.generator = SeededGenerator(seed: seed)
        }
    }

    /// Cuts the device off, or lets it in again.
    package func setCut(_ isCut: Bool) {
        state.withLock { $0.isCut = isCut }
    }

    /// Lets all late questions arrive; nobody waits for the answers.
    package func deliverLate() async {
        let late = state.withLock { state in
            defer { state.late = [] }
            return state.late
        }
        for question in late { await question() }
    }

    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        try await exchange { [transport, onPush] in
            onPush(segment)
            return try await transport.push(segment)
        }
    }

    package func pull(_ request: PullRequest) async throws -> PulledPage {
        try await exchange { [transport] in
            try await transport.pull(request)
        }
    }

    package func push(_ chunk: SnapshotChunk) async throws {
        try await exchange { [transport] in try await transport.push(chunk) }
    }

    package func newestSnapshot() async throws -> SnapshotManifest? {
        try await exchange { [transport] in try await transport.newestSnapshot() }
    }

    package func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try await exchange { [transport] in try await transport.chunk(index, of: snapshot) }
    }

    fileprivate enum Fate { case arrives, arrivesTwice, isLost, isLate, answerIsLost }

    private func exchange<Answer: Sendable>(
        _ ask: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let (fate, isLateTurn) = state.withLock { ($0.fate(), $0.isTurnOfLate()) }
        if isLateTurn { await deliverLate() }
        pass()
        switch fate {
        case .arrives: break
        case .arrivesTwice: _ = try? await ask()
        case .isLost: throw SimulatedLoss()
        case .isLate:
            state.withLock { $0.late.append { _ = try? await ask() } }
            throw SimulatedLoss()
        case .answerIsLost:
            _ = try await ask()
            throw SimulatedLoss()
        }
        let answer = try await ask()
        pass()
        return answer
    }

    /// A question or an answer is on its way.
    private func pass() {
        let latency = state.withLock { state in
            state.weather.latency == 0 ? 0 : state.generator.next() % (state.weather.latency + 1)
        }
        time.advance(by: latency)
    }
}

extension SimulatedNetwork.State {
    fileprivate mutating func fate() -> SimulatedNetwork.Fate {
        if isCut || happens(weather.losesQuestion) { return .isLost }
        if happens(weather.losesAnswer) { return .answerIsLost }
        if happens(weather.delays) { return .isLate }
        return happens(weather.repeats) ? .arrivesTwice : .arrives
    }

    fileprivate mutating func isTurnOfLate() -> Bool {
        !isCut && !late.isEmpty && generator.oneIn(3)
    }

    private mutating func happens(_ odds: Int?) -> Bool {
        odds.map { generator.oneIn($0) } ?? false
    }
}
