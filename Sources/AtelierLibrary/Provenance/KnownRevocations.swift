import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// The server's list of revoked certificates, as of the last sync.
///
/// Owns the local value `revocations`, so that pictures are judged by it offline.
struct KnownRevocations: Sendable {
    /// What is stored: the list as it came, and the tag by which the server knows it again.
    private struct Stored: Codable {
        let list: RevocationList
        let tag: String
    }

    let context: LibraryContext

    /// The list; nil before the first sync, or where the library has joined another server.
    func held() throws -> Revocations? { try stored()?.revocations }

    private func stored() throws -> (revocations: Revocations, tag: String)? {
        guard let server = context.membership.server else { return nil }
        let text = try context.store.read { try LocalValue.revocations.read($0) }
        guard
            let stored = text.flatMap({
                try? CanonicalJSON.decode(Stored.self, from: Data($0.utf8))
            }), let revocations = try? stored.list.verified(by: server.key)
        else { return nil }
        return (revocations, stored.tag)
    }

    /// Brings the list up to date.
    ///
    /// - Throws: `RevocationListError` where the server cannot have made it by its rules, or it is
    ///   an old one: the one before stays; `HTTPFailure`, `Problem`.
    func pull(over connection: ServerConnection) async throws {
        guard let server = context.membership.server else { return }
        let known = try stored()
        let answer = try await connection.getUnlessKnown(
            RevocationList.target, as: RevocationList.self, tag: known?.tag)
        guard let answer else { return }
        let list: Revocations
        do {
            list = try answer.reply.verified(by: server.key)
        } catch let error as RevocationListError {
            throw error
        } catch {
            throw RevocationListError.notSigned
        }
        guard list.head.isPlausible(at: connection.clock.own.time) else {
            throw RevocationListError.epochAhead
        }
        let age = connection.clock.now - list.head.time
        guard age <= ProtocolLimits.revocationAge, (.zero - age) <= ProtocolLimits.revocationAge
        else { throw RevocationListError.anotherDay }
        if let known { try list.checkFollows(known.revocations) }
        let json = try CanonicalJSON.encoder.encode(Stored(list: answer.reply, tag: answer.tag))
        try context.store.write {
            try LocalValue.revocations.write(String(decoding: json, as: UTF8.self), $0)
        }
    }
}
