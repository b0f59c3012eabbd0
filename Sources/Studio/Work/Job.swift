import Foundation
import Synchronization

/// What the page is told of a job.
package struct JobReport: Encodable, Sendable {
    /// What a job is doing, or how it ended.
    package enum State: String, Encodable, Sendable {
        /// It waits or runs.
        case running
        /// It has a result.
        case done
        /// The artist stopped it.
        case stopped
        /// It has an error.
        case failed
    }

    let id: String
    let kind: String
    /// What it is doing.
    package var state = State.running
    /// From 0 to 1.
    var progress = 0.0
    /// Seconds until the end at the pace so far; left out before that can be said.
    var secondsLeft: Int?
    /// Whether it waits for another job to end.
    package var waits = false
    /// What it made, or has made so far.
    package var result: JSONValue?
    var error: APIError?
}

/// Long work that the page watches and may stop.
package final class Job: Sendable {
    private struct State {
        var report: JobReport
        var pictures: [String: [UInt8]] = [:]
        var isStopped = false
        var began: ContinuousClock.Instant?
        var told = 0.0
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let tell: @Sendable (JobReport) -> Void

    init(
        id: String, kind: String, clock: @escaping @Sendable () -> ContinuousClock.Instant,
        tell: @escaping @Sendable (JobReport) -> Void
    ) {
        state = Mutex(State(report: JobReport(id: id, kind: kind, waits: true)))
        self.clock = clock
        self.tell = tell
    }

    /// Names the job in addresses.
    var id: String { report.id }
    /// What the page is told now.
    package var report: JobReport { state.withLock { $0.report } }
    /// Whether it was asked to stop; the work looks often.
    var isStopped: Bool { state.withLock { $0.isStopped } }
    /// Whether it has ended.
    var hasEnded: Bool { report.state != .running }

    /// Asks it to stop.
    package func stop() { state.withLock { $0.isStopped = true } }

    /// Begins after waiting.
    func begin() {
        change {
            $0.report.waits = false
            $0.began = clock()
        }
    }

    /// Tells how far it is; steps below a half per cent are not told.
    package func progress(_ part: Double) {
        let isNews = state.withLock { state in
            state.report.progress = min(max(part, 0), 1)
            if let began = state.began, part > 0.03 {
                let spent = (clock() - began) / .seconds(1)
                state.report.secondsLeft = Int((spent * (1 - part) / part).rounded(.up))
            }
            guard abs(part - state.told) >= 0.005 || part >= 1 else { return false }
            state.told = part
            return true
        }
        if isNews { tell(report) }
    }

    /// Tells a result that may grow while the job goes on.
    func result(_ value: some Encodable) {
        let json = try? JSONValue(of: value)
        change { $0.report.result = json }
    }

    /// Keeps a PNG picture, such as a preview, in the place of the one with the same name. Of more
    /// than ``Limits/jobPictures`` names the rest is not kept.
    func picture(_ name: String, _ png: [UInt8]) {
        state.withLock { state in
            guard state.pictures[name] != nil || state.pictures.count < Limits.jobPictures else {
                return
            }
            state.pictures[name] = png
        }
    }

    /// A picture that was kept.
    func picture(_ name: String) -> [UInt8]? { state.withLock { $0.pictures[name] } }

    /// Ends with a result, or an error.
    func end(_ outcome: Result<JSONValue?, any Error>) {
        change { state in
            state.report.secondsLeft = nil
            state.report.waits = false
            switch outcome {
            case .success(let value):
                state.report.state = .done
                state.report.progress = 1
                state.report.result = value ?? state.report.result
            case .failure(let error):
                let wasStopped = state.isStopped || error is CancellationError
                state.report.state = wasStopped ? .stopped : .failed
                if !wasStopped { state.report.error = APIError(error) }
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        tell(
            state.withLock { state in
                body(&state)
                return state.report
            })
    }
}
