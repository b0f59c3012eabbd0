import AtelierProtocol
import Foundation
import SignedObjects
import Synchronization

/// The signed list as it was last sent: it is made anew where it grew, and every hour.
final class RevocationDocument: Sendable {
    /// What a list is the list of.
    struct Edition: Equatable {
        let state: RevocationStore.State
        let time: UnixTime
    }

    private let last = Mutex<(edition: Edition, document: TaggedDocument)?>(nil)

    /// The document of an edition; nil where another one was sent last.
    func document(of edition: Edition) -> TaggedDocument? {
        last.withLock { last in last?.edition == edition ? last?.document : nil }
    }

    /// Keeps a document for who asks next.
    func keep(_ document: TaggedDocument, of edition: Edition) {
        last.withLock { $0 = (edition, document) }
    }
}

extension AuthorityService {
    /// The list of revoked certificates, signed.
    func revocations() async throws -> TaggedDocument {
        let time = Self.hour(of: clock())
        let state = try await database.read { db in try RevocationStore(db: db).state() }
        if let state, let known = document.document(of: .init(state: state, time: time)) {
            return known
        }
        let (newer, entries) = try await database.read { db in
            let store = RevocationStore(db: db)
            return (try store.state(), try store.entries())
        }
        guard let newer, entries.count == newer.number else {
            throw StoredFormError(column: "revocations")
        }
        let head = RevocationListHead(
            epoch: newer.epoch, root: newer.root, entries: entries, time: time)
        let list = RevocationList(head: try JWS(signing: head, with: key), entries: entries)
        let text = String(decoding: try CanonicalJSON.encode(list), as: UTF8.self)
        let made = TaggedDocument(text, type: "application/json")
        document.keep(made, of: .init(state: newer, time: time))
        return made
    }

    /// Says that a root's key is no longer trusted: no picture that was signed with a certificate
    /// of it counts any more, until its artist exports it again.
    ///
    /// - Parameter number: A root before the newest one, which has to be made first.
    /// - Throws: ``ServerError`` where there is none of that number before the newest.
    public func revokeRoot(_ number: Int, reason: String, actor: String) throws {
        let now = clock()
        try database.write { db in
            let roots = try AuthorityStore(db: db).roots().map(\.number)
            guard roots.contains(number) else {
                throw ServerError.invalidValue(
                    name: "root", reason: "there are the roots 1 to \(roots.first ?? 0)")
            }
            guard number != roots.first else {
                throw ServerError.invalidValue(
                    name: "root",
                    reason: "root \(number) gives the certificates now. Make the next one before: "
                        + "atelier-server authority rotate --reason TEXT")
            }
            try RevocationStore(db: db).add([RevocationEntry(.root(number), since: now)])
            try Audit.append(
                "revoke-root", actor: actor, account: nil, reason: reason,
                detail: "root \(number)", now: now, in: db)
        }
    }

    /// The beginning of the hour.
    private static func hour(of time: UnixTime) -> UnixTime {
        let hour: Int64 = 3_600_000
        return UnixTime(milliseconds: time.milliseconds / hour * hour)
    }
}
