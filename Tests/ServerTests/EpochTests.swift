import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import Synchronization
import SyncKit
import TestSupport
import Testing

struct EpochTests {
    // Goal: a database that is set back by a single segment begins a new epoch; one that lost
    // none goes on, and so does one that a crash left ahead of the file.
    @Test func aLostSegmentBeginsANewEpoch() async throws {
        let artist = try await Self.artist(segments: 1)
        let server = artist.server
        let mark = try server.mark()
        let older = try server.backup("older.sqlite")
        try await server.run { client in
            let second = artist.segment(2, after: Digest(of: artist.segment(1)).bytes)
            let reply = try await artist.push(second, client)
            #expect(reply.server.epoch == 1)
        }
        let whole = try server.backup("whole.sqlite")
        let harmless = try [
            server.restored(from: whole), server.restored(from: whole, mark: mark),
            server.restored(from: older, mark: mark), server.reopened(policy: ServerPolicy()),
        ]
        for same in harmless { #expect(try await epoch(of: same) == 1) }
        let restored = try server.restored(from: older)
        #expect(try await epoch(of: restored) > 1)
        #expect(try restored.core.audit.entries().last?.reason == "database-set-back")
        let once = try await epoch(of: restored)
        #expect(try await epoch(of: restored.reopened(policy: ServerPolicy())) == once)
    }

    // Goal: a wiped database begins a new epoch, and so does one whose file is gone or damaged;
    // an empty one without a file is the first start.
    @Test func aWipedDatabaseBeginsANewEpoch() async throws {
        let server = try await Self.artist(segments: 1).server
        let backup = try server.backup("backup.sqlite")
        #expect(try await epoch(of: server.restored(from: nil)) > 1)
        for damaged in ["", "epoch", try server.mark() + "x", "\u{0}"] {
            let isWhole = damaged.hasSuffix("x")
            let epoch = try await epoch(of: server.restored(from: backup, mark: damaged))
            #expect((epoch > 1) == !isWhole)
        }
        #expect(try await epoch(of: server.restored(from: nil, mark: "")) == 1)
    }

    // Goal: the operator can begin one, at once for a server that runs, and never the same twice.
    // Method: restore the same backup of the whole folder twice.
    @Test func theOperatorCanBeginOne() async throws {
        let server = try await Self.artist(segments: 1).server
        let (backup, mark) = (try server.backup("backup.sqlite"), try server.mark())
        var epochs: Set<Int> = [1]
        for _ in 1...2 {
            server.advance(by: .seconds(1))
            let restored = try server.restored(from: backup, mark: mark)
            #expect(try await epoch(of: restored) == 1)
            let raised = try restored.core.epochs.raise(actor: "test")
            #expect(try await epoch(of: restored) == raised)
            #expect(try restored.mark().contains("\(raised)"))
            #expect(epochs.insert(raised).inserted)
            #expect(try restored.core.epochs.raise(actor: "test") == raised + 1)
        }
    }

    // Goal: a device that still counts in places of the lost history neither raises the horizon
    // nor sends a snapshot, until it has pulled from a place that both histories share.
    @Test func placesOfALostHistoryDoNotCount() async throws {
        let artist = try await Self.artist(segments: 2)
        let (backup, mark) = (try artist.server.backup("backup.sqlite"), try artist.server.mark())
        let server = try artist.server.restored(from: backup, mark: mark)
        try server.core.epochs.raise(actor: "test")
        try await server.run { client in
            var other = TestChain(of: artist, replica: 2)
            for _ in 3...4 { try await artist.push(other.next(), client) }
            #expect(try await artist.pull(after: 4, client).state.horizon == 0)
            #expect(try await artist.pull(after: 3, client).state.horizon == 0)
            let snapshot = TestSnapshot(id: 1, cursor: 3)
            #expect(try await artist.put(0, of: snapshot, client).problem == .malformed)
            #expect(try await artist.newest(client) == nil)
            #expect(try await artist.pull(after: 2, client).state.horizon == 2)
            #expect(try await artist.pull(after: 4, client).state.horizon == 4)
            #expect(try await artist.put(0, of: snapshot, client).status == 201)
        }
    }

    // Goal: who holds another history is told so although its places are all taken again, also
    // where the segment of that place was compacted away; its pull raises no horizon.
    @Test(arguments: [false, true])
    func anotherHistoryIsTold(isCompacted: Bool) async throws {
        let artist = try await Self.artist(segments: 2)
        let (backup, mark) = (try artist.server.backup("backup.sqlite"), try artist.server.mark())
        let (shared, lost) = try await artist.server.run { client in
            var chain = TestChain(of: artist, replica: 3)
            for _ in 3...4 { try await artist.push(chain.next(), client) }
            return (try await artist.mark(at: 2, client), try await artist.mark(at: 4, client))
        }
        let server = try artist.server.restored(from: backup, mark: mark)
        try await server.run { client in
            var chain = TestChain(of: artist, replica: 2)
            for _ in 3...5 { try await artist.push(chain.next(), client) }
            _ = try await artist.pull(after: 0, client)
            #expect(try await artist.pull(after: 2, client).state.horizon == 2)
            if isCompacted {
                try await artist.upload(TestSnapshot(id: 1, cursor: 4), client)
                server.advance(by: .seconds(8 * 24 * 3600))
                #expect(try await artist.pull(after: 2, client).state.floor == 4)
            }
            let other = try await artist.pull(after: 4, mark: lost, client)
            #expect(other.headers[.history] == "other" && other.frames.isEmpty)
            #expect(try other.state().horizon == 2)
            let same = try await artist.pull(after: 2, mark: shared, client)
            #expect(same.headers[.history] == nil)
            let fresh = try #require(other.headers[.mark])
            let next = try await artist.pull(after: 4, mark: fresh, client)
            #expect(next.headers[.history] == nil && next.frames.map(\.sequence) == [5])
            #expect(try await artist.pull(after: 4, mark: "1", client).problem == .malformed)
        }
    }

    // Goal: what the server lost is seen as a gap, not as a mistake of the device.
    @Test func aGapSaysThatTheServerLostSomething() async throws {
        let artist = try await Self.artist(segments: 1)
        let server = try artist.server.restored(from: try artist.server.backup("backup.sqlite"))
        try await server.run { client in
            let third = artist.segment(3, after: Digest.zero.bytes)
            let reply = try await artist.send(.post, "/v1/segments", third, client)
            #expect(reply.status == 409 && reply.problem == .fork)
        }
    }

    private func epoch(of server: TestServer) async throws -> Int {
        let found = Mutex(0)
        try await server.run { client in
            let reply = try await client.execute(uri: "/v1/server", method: .get)
            let description = try CanonicalJSON.decode(
                ServerDescription.self, from: Data(reply.body.readableBytesView))
            found.withLock { $0 = description.epoch }
        }
        return found.withLock { $0 }
    }

    /// A device with `count` segments pushed.
    private static func artist(segments count: Int) async throws -> TestDevice {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        try await server.run { client in
            _ = try await artist.join(client)
            var chain = TestChain(of: artist, replica: 1)
            for _ in 0..<count { try await artist.push(chain.next(), client) }
        }
        return artist
    }
}
