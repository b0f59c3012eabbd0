import Foundation
import SignedObjects
import Synchronization
import SystemSupport

/// Who may see the page: the browser that was opened with a ticket, and nobody else.
///
/// A ticket opens the page once. It gives the browser a cookie that scripts cannot read and that
/// goes to paths below ``path`` only. Browsers send cookies of an address to all its ports, so that
/// another user of this machine could ask for one on a port of their own: they would have to know
/// the path, which is as secret as the cookie.
package final class AccessKeys: Sendable {
    /// The cookie's name.
    static let cookie = "atelier"

    /// The secret part of each address of the page.
    let path: String
    private let session: String
    private let tickets = Mutex<[String]>([])

    /// New secrets.
    package init(random: (Int) -> [UInt8] = SecureRandom.bytes) {
        path = Hexadecimal.encode(random(16))
        session = Hexadecimal.encode(random(32))
    }

    /// A new ticket; the oldest of more than ``Limits/tickets`` is void.
    package func issueTicket(random: (Int) -> [UInt8] = SecureRandom.bytes) -> String {
        let ticket = Hexadecimal.encode(random(32))
        tickets.withLock { $0 = $0.suffix(Limits.tickets - 1) + [ticket] }
        return ticket
    }

    /// Whether the ticket opens the page; it does so once.
    package func redeem(_ ticket: String) -> Bool {
        tickets.withLock { tickets in
            guard let index = tickets.firstIndex(where: { Self.areEqual($0, ticket) }) else {
                return false
            }
            tickets.remove(at: index)
            return true
        }
    }

    /// What the browser is told to keep.
    var cookieHeader: String {
        "\(Self.cookie)=\(session); Path=/\(path)/; HttpOnly; SameSite=Strict"
    }

    /// Whether a `Cookie` header holds the session.
    func admits(_ header: String?) -> Bool {
        (header ?? "").split(separator: ";").contains { part in
            let pair = part.split(separator: "=", maxSplits: 1)
            return pair.count == 2 && pair[0].trimmingCharacters(in: .whitespaces) == Self.cookie
                && Self.areEqual(session, pair[1].trimmingCharacters(in: .whitespaces))
        }
    }

    /// Whether the first part of a path is the secret one.
    func isOwn(_ part: some StringProtocol) -> Bool { Self.areEqual(path, String(part)) }

    /// Compares without telling by the time taken how much is equal.
    private static func areEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
