import Synchronization

/// The ports that were taken; tells them once, when all of them are.
final class Listening: Sendable {
    private struct State {
        var main: Int?
        var metrics: Int?
    }

    private let state = Mutex(State())
    private let hasMetrics: Bool
    private let tell: @Sendable (_ main: Int, _ metrics: Int?) -> Void

    init(
        hasMetrics: Bool, tell: @escaping @Sendable (_ main: Int, _ metrics: Int?) -> Void
    ) {
        self.hasMetrics = hasMetrics
        self.tell = tell
    }

    /// Devices are answered at `port`.
    func began(main port: Int) { note { $0.main = port } }

    /// Metrics are read at `port`.
    func began(metrics port: Int) { note { $0.metrics = port } }

    private func note(_ change: (inout State) -> Void) {
        let ports: State? = state.withLock { state in
            change(&state)
            guard state.main != nil, !hasMetrics || state.metrics != nil else { return nil }
            return state
        }
        if let ports, let main = ports.main { tell(main, ports.metrics) }
    }
}
