import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import Synchronization

extension SyncService {
    /// Exchanges with the server whenever either side has something new, until the task is
    /// cancelled.
    ///
    /// Hears of the server's news at once over a connection that stays open, and looks at this
    /// machine's every second. Where the server cannot be reached it tries again after a second,
    /// then two, and so on up to a minute.
    ///
    /// - Parameter onChange: Called with each outcome or what went wrong.
    /// - Throws: What no waiting mends: ``LibraryError``, a refusal by the server.
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
        var backoff = Backoff()
        var last: SyncOutcome?
        news.raise()
        for await _ in news.raised {
            news.lookAway()
            defer { news.lookAgain(from: writeMark()) }
            do {
                let outcome = try await run()
                // Somebody wrote while this was under way.
                if outcome.pending > 0, outcome.standing.state == .good { news.raise() }
                if outcome.isNews(after: last) { onChange(.success(outcome)) }
                last = outcome
                backoff = Backoff()
            } catch let error as CancellationError {
                throw error
            } catch let error where Self.isTransient(error) {
                if backoff.isFirst { onChange(.failure(error)) }
                try await context.environment.pause(try wait(after: error, backoff.next()))
                news.raise()
            }
        }
    }

    /// Never less than the server asked for.
    private func wait(after error: any Error, _ usual: Duration) throws -> Duration {
        guard case AccountError.tryLater(_, let moment) = error else { return usual }
        return max(usual, moment.time - (try context.now()) + usual)
    }

    /// The server's news, over a connection that stays open.
    private func listen(for news: NewsSignal) async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            // A dead connection is noticed by the beats that do not come.
            let began = ContinuousClock.now
            do {
                try await account.connection().events { _ in news.raise() }
            } catch let error as CancellationError {
                throw error
            } catch {
                // The next exchange meets the same obstacle, and says so.
            }
            if ContinuousClock.now - began > Backoff.longest { backoff = Backoff() }
            try await context.environment.pause(backoff.next())
            news.raise()
        }
    }

    /// This machine's news: another program has written to the library.
    private func lookAround(for news: NewsSignal) async throws {
        while !Task.isCancelled {
            try await context.environment.pause(.seconds(1))
            news.look(at: writeMark())
        }
    }

    /// Differs when somebody wrote to the database.
    private func writeMark() -> [Int64] {
        ["", "-wal"].flatMap { suffix -> [Int64] in
            var status = stat()
            let file = URL(fileBytes: context.folder.database.fileBytes + Array(suffix.utf8))
            guard file.withFileName({ stat($0, &status) }) == 0 else { return [] }
            let time = status.st_mtim
            return [
                Int64(clamping: status.st_size), Int64(clamping: time.tv_sec),
                Int64(clamping: time.tv_nsec),
            ]
        }
    }

    /// Whether waiting helps: no network, a server that is busy or away, a library in use.
    private static func isTransient(_ error: any Error) -> Bool {
        [.unreachable, .transient].contains(Failure(error).kind)
    }
}

extension SyncOutcome {
    /// Whether there is something to tell after `last`.
    fileprivate func isNews(after last: SyncOutcome?) -> Bool {
        guard let last else { return true }
        return sent > 0 || received > 0 || settled > 0 || refused > 0 || standing != last.standing
            || credits.timeless != last.credits.timeless || setAside != last.setAside
    }
}

extension CreditsReport {
    /// Without the moment of the contact, which is another one each time.
    fileprivate var timeless: CreditsReport {
        var report = self
        report.asOf = nil
        return report
    }
}

/// Says that there is something new; saying it twice before anybody looks is saying it once.
final class NewsSignal: Sendable {
    /// An element for each time that it was raised since the last one was taken.
    let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let lastMark = Mutex<[Int64]?>(nil)

    init() {
        (raised, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Raises it.
    func raise() { continuation.yield() }

    /// Raises it where `mark` is another than the last one, unless nobody is to look now.
    func look(at mark: [Int64]) {
        let isNew = lastMark.withLock { last in
            defer { if last != nil { last = mark } }
            return last != nil && last != mark
        }
        if isNew { raise() }
    }

    /// From here on marks say nothing: this program writes itself.
    func lookAway() { lastMark.withLock { $0 = nil } }

    /// From here on every mark but `mark` is news.
    func lookAgain(from mark: [Int64]) { lastMark.withLock { $0 = mark } }
}

/// How long to wait before the next try: twice as long each time, and never the same for all.
struct Backoff: Sendable {
    /// The longest wait.
    static let longest = Duration.seconds(60)

    private var tries = 0

    /// Whether nothing was tried again yet.
    var isFirst: Bool { tries == 0 }

    /// The wait before the next try: between half of it and the whole, so that devices that lost
    /// one server do not all come back at once.
    mutating func next() -> Duration {
        let whole = min(Self.longest, .seconds(1 << min(tries, 6)))
        tries += 1
        return whole * Double.random(in: 0.5...1)
    }
}
