import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import Synchronization
import TestSupport
import Testing

@Suite(.onBothDatabases) struct RevocationListTests {
    /// The list as anybody gets it, verified by the server's key.
    static func list(
        of server: TestServer, _ client: any TestClientProtocol
    ) async throws -> Revocations {
        let reply = try await client.execute(uri: RevocationList.target, method: .get)
        #expect(reply.status == .ok)
        return try CanonicalJSON.decode(
            RevocationList.self, from: Data(reply.body.readableBytesView)
        ).verified(by: server.core.publicKey)
    }

    // Goal: the list names the devices that an account revoked, those of a purged account, and the
    // roots that the operator withdrew, each once and in this order; anybody may ask for it.
    @Test func everyRevocationIsListed() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let lost = try await artist.letIn("lost", client)
            let other = try await TestDevice.joined(to: server, client)
            #expect(try await Self.list(of: server, client).entries.isEmpty)
            let place = "/v1/devices/\(lost.device)/revocation"
            let request = try artist.rotation(2, revoking: [lost.device])
            for _ in 1...2 { #expect(try await artist.post(place, request, client).status == 201) }
            let first = try await Self.list(of: server, client)
            #expect(first.entries.map(\.kind) == [.device(lost.device)])
            #expect(first.time(of: lost.device) != nil && first.time(of: artist.device) == nil)
            #expect(first.head.number == 1 && first.head.root == 1)

            server.advance(by: .seconds(60))
            _ = try server.core.accounts.purge(other.account, reason: "asked", actor: "ann")
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "ann")
            #expect(throws: ServerError.self) {
                try server.core.authority.revokeRoot(1, reason: "leaked", actor: "ann")
            }
            #expect(try server.core.authority.rotate(reason: "leaked", actor: "ann") == 2)
            for number in [0, 2, 3] {
                #expect(throws: ServerError.self) {
                    try server.core.authority.revokeRoot(number, reason: "leaked", actor: "ann")
                }
            }
            for _ in 1...2 {
                try server.core.authority.revokeRoot(1, reason: "leaked", actor: "ann")
            }
            let last = try await Self.list(of: server, client)
            #expect(
                last.entries.map(\.kind) == [
                    .device(lost.device), .purged(other.device), .purged(artist.device), .root(1),
                ])
            #expect(last.head.number == 4 && last.head.root == 2)
            #expect(last.time(ofRoot: 1) == server.now && last.time(ofRoot: 2) == nil)
            try last.checkFollows(first)
            #expect(try server.core.audit.entries(of: nil).map(\.action).contains("revoke-root"))
        }
    }

    // Goal: who has the list is not sent it again until it grew or an hour passed, on every
    // instance of one database.
    @Test func anUnchangedListIsNotSentAgain() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let first = try await client.execute(uri: RevocationList.target, method: .get)
            let tag = try #require(first.headers[.eTag])
            func status() async throws -> HTTPResponse.Status {
                try await client.execute(
                    uri: RevocationList.target, method: .get, headers: [.ifNoneMatch: tag]
                ).status
            }
            #expect(try await status() == .notModified)
            let reopened = try server.reopened(policy: server.core.policy)
            try await reopened.run { client in
                let reply = try await client.execute(uri: RevocationList.target, method: .get)
                #expect(reply.headers[.eTag] == tag)
            }
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "ann")
            #expect(try await status() == .ok)
            let grown = try await client.execute(uri: RevocationList.target, method: .get)
            server.advance(by: .seconds(3_600))
            let later = try await client.execute(
                uri: RevocationList.target, method: .get,
                headers: [.ifNoneMatch: try #require(grown.headers[.eTag])])
            #expect(later.status == .ok)
        }
    }
}

/// The list in backups and before the doctor.
@Suite struct RevocationListKeepingTests {
    // Goal: a server that was set back has the list of then with a higher epoch, so that clients
    // take it although it is shorter; within an epoch a shorter one, and a changed one, is refused.
    @Test func theListOutlivesABackup() async throws {
        let server = try TestServer()
        let copy = Mutex("")
        let (saved, grown) = try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let lost = try await artist.letIn("lost", client)
            let place = "/v1/devices/\(lost.device)/revocation"
            let request = try artist.rotation(2, revoking: [lost.device])
            #expect(try await artist.post(place, request, client).status == 201)
            let saved = try await RevocationListTests.list(of: server, client)
            let backup = try server.backup("saved")
            copy.withLock { $0 = backup }
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "ann")
            return (saved, try await RevocationListTests.list(of: server, client))
        }
        #expect(saved.head.number == 1 && grown.head.number == 2)
        try grown.checkFollows(saved)
        #expect(throws: RevocationListError.fallingNumber(from: 2, to: 1)) {
            try saved.checkFollows(grown)
        }
        let restored = try server.restored(from: copy.withLock { $0 })
        try restored.core.epochs.raise(actor: "ann")
        try await restored.run { client in
            let list = try await RevocationListTests.list(of: restored, client)
            #expect(list.entries == saved.entries && list.head.epoch > grown.head.epoch)
            try list.checkFollows(grown)
            #expect(throws: RevocationListError.olderServer) { try grown.checkFollows(list) }
        }
    }

    // Goal: the doctor finds nothing wrong with a list, tells a revoked device that is not on it,
    // and a list with a gap.
    @Test func theDoctorReadsTheList() async throws {
        let server = try TestServer()
        @Sendable func findings() throws -> [String] {
            let report = try Doctor(
                folder: server.folder.url, database: server.database.address, now: server.now
            ).examine()
            return report.checks.first { $0.name == "authority" }?.findings ?? ["no check"]
        }
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let lost = try await artist.letIn("lost", client)
            let place = "/v1/devices/\(lost.device)/revocation"
            let request = try artist.rotation(2, revoking: [lost.device])
            #expect(try await artist.post(place, request, client).status == 201)
            #expect(try findings() == [])
            try server.write("DELETE FROM certificate_revocation")
            let found = try findings()
            #expect(found.count == 2 && found[0].contains("0 entries"))
            #expect(found.last?.contains(lost.device.description) == true)
        }
    }
}
