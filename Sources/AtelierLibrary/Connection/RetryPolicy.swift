import AtelierProtocol
import Foundation
import HTTPTypes
import SignedObjects
import SyncKit
import SyncKitHTTP

/// Repeats a request after replies 429 and 503 that say when to come back (`Retry-After`).
struct RetryPolicy: Sendable {
    /// The longest wait of one request in all; a longer one is reported instead.
    static let longest = Duration.seconds(90)
    /// The most attempts of one request.
    static let tries = 4

    /// Waits; tests return at once.
    let pause: @Sendable (Duration) async throws -> Void
    /// Called before each wait with the server's reason and the length of the wait.
    let onWait: @Sendable (String, Duration) -> Void
    /// Server time.
    let now: @Sendable () -> UnixTime
    /// Returns that many random bytes.
    let random: @Sendable (Int) -> [UInt8]

    /// Sends until the server accepts it or asks for too long a wait.
    ///
    /// - Parameter send: Sends once; its argument is the number of attempts before.
    /// - Throws: ``AccountError/tryLater(reason:at:)``; what `send` throws.
    func ask(_ send: (_ before: Int) async throws -> HTTPReply) async throws -> HTTPReply {
        var waited = Duration.zero
        for before in 0..<Self.tries {
            let reply = try await send(before)
            guard [429, 503].contains(reply.status), let asked = retryAfter(reply) else {
                return reply
            }
            let reason = Self.reason(of: reply)
            let wait = max(asked, .seconds(1 << before)) + jitter(of: asked)
            guard before + 1 < Self.tries, waited + wait <= Self.longest else {
                throw AccountError.tryLater(reason: reason, at: Moment(now() + asked))
            }
            onWait(reason, wait)
            try await pause(wait)
            waited += wait
        }
        preconditionFailure("the last try returns or throws")
    }

    /// A random extra wait, so that devices that were refused together do not return together.
    private func jitter(of wait: Duration) -> Duration {
        let part = random(2).reduce(0) { $0 << 8 | Int($1) }
        return min(.seconds(10), max(.seconds(1), wait / 2)) * part / 65_536
    }

    /// Reads `Retry-After` (RFC 9110, 10.2.3): seconds or a date; nil where it is neither.
    private func retryAfter(_ reply: HTTPReply) -> Duration? {
        guard let text = reply.headers[.retryAfter] else { return nil }
        if let seconds = Int64(text) {
            return (0...Self.mostSeconds).contains(seconds) ? .seconds(seconds) : nil
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text) else { return nil }
        let seconds =
            Int64(clamping: Int(rounding: date.timeIntervalSince1970)) - now().milliseconds / 1000
        return .seconds(min(max(0, seconds), Self.mostSeconds))
    }

    /// The longest wait that is read, a year in seconds.
    private static let mostSeconds: Int64 = 31_536_000

    private static func reason(of reply: HTTPReply) -> String {
        (ServerConnection.refusal(reply) as? Problem)?.title
            ?? (reply.status == 429 ? "Too many requests." : "The server cannot answer now.")
    }
}
