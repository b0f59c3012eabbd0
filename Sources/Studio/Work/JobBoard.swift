import Dispatch
import Foundation
import HTTPTypes
import Synchronization
import SystemSupport

/// The long work of the page: what runs, waits, and ended lately.
package final class JobBoard: Sendable {
    private let jobs = Mutex<[Job]>([])
    private let events: EventHub
    private let clock: @Sendable () -> ContinuousClock.Instant
    /// The library lets one draw or sync at a time, so that heavy work waits in a line.
    private let line = DispatchQueue(label: "atelier.studio.jobs", qos: .userInitiated)

    /// No jobs yet; their states are told to the pages.
    package init(
        events: EventHub, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.events = events
        self.clock = clock
    }

    /// The jobs, oldest first.
    var all: [JobReport] { jobs.withLock { $0 }.map(\.report) }
    /// Whether one runs or waits.
    package var isBusy: Bool { jobs.withLock { $0 }.contains { !$0.hasEnded } }

    /// The job of an id.
    ///
    /// - Throws: ``APIError/notFound``.
    func job(_ id: String) throws -> Job {
        guard let job = jobs.withLock({ $0 }).first(where: { $0.id == id }) else {
            throw APIError.notFound
        }
        return job
    }

    /// Starts work that draws or learns, after what waits already.
    ///
    /// - Parameter work: Gets the job, to tell its progress and look whether it was stopped.
    /// - Returns: The job.
    /// - Throws: ``APIError`` where too many wait.
    package func start(
        _ kind: String, _ work: @escaping @Sendable (Job) throws -> (any Encodable)?
    ) throws -> Job {
        let job = try add(kind)
        line.async {
            guard !job.isStopped else { return job.end(.failure(CancellationError())) }
            job.begin()
            job.end(Result { try work(job).map { try JSONValue(of: $0) } })
        }
        return job
    }

    /// Starts work that mostly waits for a server.
    func startAsync(
        _ kind: String,
        _ work: @escaping @Sendable (Job) async throws -> (any Encodable & Sendable)?
    ) throws -> Job {
        let job = try add(kind)
        job.begin()
        Task {
            do {
                job.end(.success(try await work(job).map { try JSONValue(of: $0) }))
            } catch {
                job.end(.failure(error))
            }
        }
        return job
    }

    /// Asks all jobs to stop, as the program ends.
    func stopAll() { for job in jobs.withLock({ $0 }) { job.stop() } }

    private func add(_ kind: String) throws -> Job {
        let job = Job(
            id: Hexadecimal.encode(SecureRandom.bytes(8)), kind: kind, clock: clock,
            tell: { [events] in events.tell(.job($0)) })
        try jobs.withLock { jobs in
            guard jobs.count(where: { !$0.hasEnded }) < Limits.openJobs else {
                throw APIError(
                    code: "busy", what: "Too many things wait already. Try again when one is done.",
                    status: .tooManyRequests)
            }
            while jobs.count >= Limits.keptJobs, let old = jobs.firstIndex(where: \.hasEnded) {
                jobs.remove(at: old)
            }
            jobs.append(job)
        }
        events.tell(.job(job.report))
        return job
    }
}
