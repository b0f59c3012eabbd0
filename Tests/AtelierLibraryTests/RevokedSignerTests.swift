import AtelierLibrary
import AtelierProtocol
import Foundation
import Provenance
import SignedObjects
import StyleKit
import SyncKitHTTP
import Synchronization
import TestSupport
import Testing

@Suite("What is known of revoked certificates")
struct RevokedSignerTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 96, height: 96)

    private static func signer(of server: LocalServer) throws -> VerifyingKey {
        let text = try #require(server.state.withLock { $0.certificates.first })
        return try JWS<DeviceCertificate>.unverifiedPayload(of: text).deviceKey
    }

    // Goal: offline, a picture is told to be of a device that was revoked since, as far as the last
    // sync knows; where the device was revoked before the receipt, nothing vouches for it.
    @Test func aRevokedDeviceIsToldOffline() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        _ = try await library.sync.run()
        let file = world.folder.url.appending(path: "out.png")
        try library.generations.export(made.id, to: file)
        let before = try library.generations.verify(file)
        #expect(before.verdict == .countersigned && before.picture?.revoked == nil)

        world.advance(by: .seconds(60))
        let device = DeviceID(key: try Self.signer(of: server))
        let time = world.now
        server.state.withLock {
            $0.provenance.revoked = [RevocationEntry(.device(device), since: time)]
        }
        #expect(try library.generations.verify(file).picture?.revoked == nil)
        _ = try await library.sync.run()
        server.setDown(true)
        let after = try library.generations.verify(file)
        #expect(after.verdict == .countersigned && after.picture?.revoked == time)

        server.setDown(false)
        let receipt = try #require(before.countersignedAt).time
        let earlier = receipt + .seconds(-3_600)
        server.state.withLock {
            $0.provenance.epoch = 2
            $0.provenance.revoked = [RevocationEntry(.purged(device), since: earlier)]
        }
        try await library.account.refreshRevocations()
        let refused = try library.generations.verify(file)
        #expect(refused.verdict == .unknown && refused.picture == nil, "\(refused)")
    }

    // Goal: a picture without a receipt keeps its verdict and is told to be of a revoked device; a
    // certificate of a withdrawn root vouches for nothing. Method: the judge with several lists.
    @Test func aWithdrawnRootVouchesForNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        let file = world.folder.url.appending(path: "out.png")
        try library.generations.export(made.id, to: file)
        let bytes = Array(try Data(contentsOf: file))
        let key = server.key.verifyingKey
        func judged(by entries: [RevocationEntry]) throws -> PictureVerdict {
            PictureJudge(
                believing: [ServerFingerprint(key: key)], now: world.now,
                revocations: [try server.revocations(entries).verified(by: key)]
            ).judge(bytes)
        }
        #expect(try judged(by: []).verdict == .signed)
        let device = DeviceID(key: try Self.signer(of: server))
        let time = world.now
        let revoked = try judged(by: [RevocationEntry(.device(device), since: time)])
        #expect(revoked.verdict == .signed && revoked.revoked == time)
        let other = DeviceID(key: SigningKey().verifyingKey)
        #expect(
            try judged(by: [RevocationEntry(.device(other), since: world.now)]).revoked == nil)
        let withdrawn = try judged(by: [RevocationEntry(.root(1), since: world.now)])
        #expect(withdrawn.verdict == .unknown && withdrawn.reason.contains("root"))
        #expect(try judged(by: [RevocationEntry(.root(2), since: world.now)]).verdict == .signed)
    }

    // Goal: a list that the server cannot have made by its rules is refused, the one before stays,
    // and the artist is told until an honest one comes.
    // Method: another key, a shorter list, other entries under the same and a higher number, an
    // epoch before and one far ahead, a list of the day before, entries that were exchanged.
    @Test func aHostileListIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let devices = (0..<3).map { _ in DeviceID(key: SigningKey().verifyingKey) }
        let time = world.now
        let entries = devices.map { RevocationEntry(.device($0), since: time) }
        server.state.withLock {
            $0.provenance.epoch = 5
            $0.provenance.revoked = Array(entries.prefix(2))
        }
        #expect(try await library.sync.run().doubts.isEmpty)
        let honest = try server.revocations(Array(entries.prefix(2)), epoch: 5)
        let head = try JWS<RevocationListHead>(
            verifying: honest.head, with: server.key.verifyingKey)
        let lies: [(RevocationList, String)] = [
            (try server.revocations(entries, epoch: 5, by: SigningKey()), "did not sign"),
            (try server.revocations([entries[0]], epoch: 5), "Its number is 1,"),
            (try server.revocations([], epoch: 5), "Its number is 0,"),
            (try server.revocations([entries[1], entries[0]], epoch: 5), "gone or changed"),
            (try server.revocations(entries.reversed(), epoch: 5), "gone or changed"),
            (try server.revocations(entries, epoch: 4), "earlier state"),
            (try server.revocations(entries, epoch: 1 << 40), "later time"),
            (try server.revocations(entries, epoch: 5, age: .seconds(90_000)), "not of today"),
            (
                RevocationList(head: head, entries: Array(entries.suffix(2))),
                "not those that the server signed"
            ),
            (RevocationList(head: head, entries: entries), "cannot be read"),
        ]
        for (lie, reason) in lies {
            server.setTamper { message, reply in
                guard message.target == RevocationList.target else { return reply }
                return try server.reply(lie)
            }
            let doubts = try await library.sync.run().doubts
            #expect(doubts.map(\.code) == [.revocationsRefused], "\(reason)")
            #expect(doubts.first?.text.contains(reason) == true, "\(doubts)")
            await #expect(throws: RevocationListError.self) {
                try await library.account.refreshRevocations()
            }
        }
        server.setTamper(nil)
        server.state.withLock { $0.provenance.revoked = entries }
        #expect(try await library.sync.run().doubts.isEmpty)
    }

    // Goal: an unchanged list is not sent again, and the certificate is asked for once, and then
    // only where the server has another root, a day later, or the name is set here.
    // Method: what the server counts over many syncs.
    @Test func littleIsAskedForAgain() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        func counts() -> [Int] {
            server.state.withLock { [$0.provenance.certificates, $0.provenance.lists] }
        }
        for _ in 1...5 { _ = try await library.sync.run() }
        #expect(counts() == [1, 1])
        server.state.withLock { $0.provenance.root = 2 }
        for _ in 1...3 { _ = try await library.sync.run() }
        #expect(counts() == [2, 2])
        try await library.account.setPublicName("Mira")
        _ = try await library.sync.run()
        #expect(try counts() == [2, 2] && library.account.signer()?.name == "Mira")
        // The name was set on another device.
        server.state.withLock { $0.provenance.publicName = "Mira Lind" }
        world.advance(by: .seconds(86_399))
        _ = try await library.sync.run()
        #expect(counts() == [2, 2])
        world.advance(by: .seconds(2))
        for _ in 1...3 { _ = try await library.sync.run() }
        #expect(try counts() == [3, 2] && library.account.signer()?.name == "Mira Lind")
    }
}
