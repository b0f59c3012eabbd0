import AtelierProtocol
import Foundation
import SignedObjects
import Synchronization
import SyncKit
import SystemSupport

extension SyncService {
    /// Syncs whenever the server or another program on this machine has something new, until the
    /// task is cancelled.
    ///
    /// The server's events arrive over a connection that stays open; the database file is checked
    /// every second. If the server cannot be reached, it tries again after 1 s, 2 s and so on up to
    /// 60 s.
    ///
    /// - Parameter onChange: Called with each outcome that differs from the one before, and with
    ///   the first of several errors that waiting may resolve.
    /// - Throws: An error that waiting does not resolve, such as a refusal; `CancellationError`.
    public func watch(
        onChange: @escaping @Sendable (Result<SyncOutcome, any Error>) -> Void
    ) async throws {
        let news = NewsSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen(for: news) }
            group.addTask { try await self.lookAround(for: news) }
            group.addTask { try await self.follow(news, onChange: onChange) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func follow(
        _ news: NewsSignal,
        onChange: @escaping @Sendable (Result<SyncOutcome, any Error>) -> Void
    ) async throws {
        var backoff = Self.backoff
        var last: SyncOutcome?
        news.raise()
        for await _ in news.raised {
            news.lookAway()
            defer { news.lookAgain(from: DatabaseFile.writeMark(of: context.folder.database)) }
            do {
                let outcome = try await run()
                // Another program wrote during the sync.
                if outcome.pending > 0, outcome.standing.state == .good { news.raise() }
                if outcome.isNews(after: last) { onChange(.success(outcome)) }
                last = outcome
                backoff.reset()
            } catch let error as CancellationError {
                throw error
            } catch let error where Self.isTransient(error) {
                if backoff.failures == 0 { onChange(.failure(error)) }
                try await context.environment.pause(
                    try wait(after: error, backoff.next(leavingOut: .random(in: 0...1))))
                news.raise()
            }
        }
    }

    /// The wait before the next try, at least what the server asked for.
    private func wait(after error: any Error, _ usual: Duration) throws -> Duration {
        guard case AccountError.tryLater(_, let moment) = error else { return usual }
        return max(usual, moment.time - (try context.now()) + usual)
    }

    /// Raises the signal for each event of the server.
    private func listen(for news: NewsSignal) async throws {
        var backoff = Self.backoff
        while !Task.isCancelled {
            // The transport ends a connection whose heartbeats stop.
            let began = ContinuousClock.now
            do {
                try await account.connection().events { _ in news.raise() }
            } catch let error as CancellationError {
                throw error
            } catch {
                // The next sync meets the same error and reports it.
            }
            if ContinuousClock.now - began > Self.waits.upperBound { backoff.reset() }
            try await context.environment.pause(backoff.next(leavingOut: .random(in: 0...1)))
            news.raise()
        }
    }

    /// Raises the signal where another program wrote to the library.
    private func lookAround(for news: NewsSignal) async throws {
        while !Task.isCancelled {
            try await context.environment.pause(.seconds(1))
            news.look(at: DatabaseFile.writeMark(of: context.folder.database))
        }
    }

    /// Up to 1 s after the first failure, 2 s and so on.
    private static let waits = Duration.seconds(1)...Duration.seconds(60)
    private static var backoff: Backoff { Backoff(waits) }

    /// Whether waiting may help: no network, a busy or stopped server, a library in use.
    private static func isTransient(_ error: any Error) -> Bool {
        [.unreachable, .transient].contains(Failure(error).kind)
    }
}

extension SyncOutcome {
    /// Whether it differs from `last` in anything but the time.
    fileprivate func isNews(after last: SyncOutcome?) -> Bool {
        guard let last else { return true }
        return sent > 0 || !letters.isEmpty || received > 0 || settled > 0 || refused > 0
            || standing != last.standing
            || credits.timeless != last.credits.timeless || setAside != last.setAside
    }
}

extension CreditsReport {
    /// The report without the time of the contact, which differs each time.
    fileprivate var timeless: CreditsReport {
        var report = self
        report.asOf = nil
        return report
    }
}

/// A signal that there is something to sync; raised twice before it is read, it is read once.
final class NewsSignal: Sendable {
    /// One element for all raises since the last element was read.
    let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let lastMark = Mutex<[Int64]?>(nil)

    init() {
        (raised, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Raises the signal.
    func raise() { continuation.yield() }

    /// Raises the signal if `mark` differs from the last one, unless marks are ignored now.
    func look(at mark: [Int64]) {
        let isNew = lastMark.withLock { last in
            defer { if last != nil { last = mark } }
            return last != nil && last != mark
        }
        if isNew { raise() }
    }

    /// Ignores marks from now on: this program writes itself.
    func lookAway() { lastMark.withLock { $0 = nil } }

    /// Compares marks with `mark` from now on.
    func lookAgain(from mark: [Int64]) { lastMark.withLock { $0 = mark } }
}
