import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import Testing

@Suite(.onBothDatabases)
struct SnapshotTests {
    // Goal: a snapshot counts once all its chunks are there, in any order, and comes back as sent;
    // a repeat changes nothing; a newer one takes its place.
    @Test func aSnapshotCountsOnceItIsWhole() async throws {
        try await Self.run { artist, client in
            let first = TestSnapshot(id: 1, count: 3, cursor: 1)
            for index in [2, 0] {
                #expect(try await artist.put(index, of: first, client).status == 201)
                #expect(try await artist.put(index, of: first, client).status == 200)
                #expect(try await artist.newest(client) == nil)
                let early = try await artist.send(
                    .get, "/v1/snapshots/\(first.name)/\(index)", client)
                #expect(early.problem == .notFound)
            }
            #expect(try await artist.put(1, of: first, client).status == 201)
            let newest = try #require(try await artist.newest(client))
            #expect(newest.id == first.name && newest.cursor == 1 && newest.chunks == 3)
            for index in 0..<3 {
                let reply = try await artist.send(
                    .get, "/v1/snapshots/\(first.name)/\(index)", client)
                #expect(reply.status == 200 && reply.body == artist.chunk(index))
            }
            #expect(try await artist.put(1, of: first, client).status == 200)
            try await artist.upload(TestSnapshot(id: 2, cursor: 2), client)
            #expect(try await artist.newest(client)?.cursor == 2)
            let gone = try await artist.send(.get, "/v1/snapshots/\(first.name)/0", client)
            #expect(gone.problem == .notFound)
        }
    }

    // Goal: what cannot be a chunk is refused by name. Method: each bound, and one past it.
    @Test func aChunkThatCannotBeIsRefused() async throws {
        try await Self.run { artist, client in
            let most = ProtocolLimits.snapshotChunks
            let past: [(Int, TestSnapshot)] = [
                (0, TestSnapshot(id: 1, count: 0, cursor: 0)),
                (0, TestSnapshot(id: 1, count: most + 1, cursor: 0)),
                (most, TestSnapshot(id: 1, count: most, cursor: 0)),
                (1, TestSnapshot(id: 1, count: 1, cursor: 0)),
                (-1, TestSnapshot(id: 1, count: 1, cursor: 0)),
                (0, TestSnapshot(id: 1, count: 1, cursor: 3)),
                (0, TestSnapshot(id: 1, count: 1, cursor: -1)),
            ]
            for (index, snapshot) in past {
                let reply = try await artist.put(index, of: snapshot, client)
                #expect(reply.status == 400 && reply.problem == .malformed)
            }
            let edge = TestSnapshot(id: 1, count: most, cursor: 2)
            let full = ProtocolLimits.segmentBytes - 136
            #expect(try await artist.put(most - 1, of: edge, filler: full, client).status == 201)
            let large = try await artist.put(0, of: edge, filler: full + 1, client)
            #expect(large.status == 413)
            let chunk = artist.chunk(0)
            for target in ["/0", "/0?of=1", "/0?cursor=0", "/x?of=1&cursor=0"] {
                let reply = try await artist.send(
                    .put, "/v1/snapshots/\(edge.name)\(target)", chunk, client)
                #expect(reply.problem == .malformed)
            }
            let other = TestDevice(of: artist.server).chunk(0)
            for bytes in [other, [], [1, 2, 3]] {
                #expect(
                    try await artist.put(0, of: edge, bytes: bytes, client).problem == .malformed)
            }
        }
    }

    // Goal: one id is one snapshot. Method: another chunk, count and cursor under the same id.
    @Test func anIdIsUsedOnce() async throws {
        try await Self.run { artist, client in
            let snapshot = TestSnapshot(id: 1, count: 2, cursor: 1)
            #expect(try await artist.put(0, of: snapshot, client).status == 201)
            let wrong = [
                try await artist.put(0, of: snapshot, filler: 41, client),
                try await artist.put(1, of: TestSnapshot(id: 1, count: 3, cursor: 1), client),
                try await artist.put(1, of: TestSnapshot(id: 1, count: 2, cursor: 2), client),
            ]
            #expect(wrong.allSatisfy { $0.problem == .malformed })
            #expect(try await artist.put(1, of: snapshot, client).status == 201)
        }
    }

    // Goal: a snapshot that a newer one has overtaken is answered, but never takes its place.
    // Method: one begun before and one begun after the newer one became whole.
    @Test func anOvertakenSnapshotIsNotKept() async throws {
        try await Self.run { artist, client in
            let slow = TestSnapshot(id: 1, count: 2, cursor: 1)
            #expect(try await artist.put(0, of: slow, client).status == 201)
            try await artist.upload(TestSnapshot(id: 2, cursor: 2), client)
            #expect(try await artist.put(1, of: slow, client).status == 200)
            #expect(
                try await artist.put(0, of: TestSnapshot(id: 3, cursor: 1), client).status == 200)
            #expect(try await artist.newest(client)?.cursor == 2)
            try await artist.upload(TestSnapshot(id: 4, cursor: 2), client)
            #expect(try await artist.newest(client)?.id == TestSnapshot(id: 4, cursor: 2).name)
        }
    }

    // Goal: two snapshots may be on their way, and a third makes the oldest go.
    @Test func theOldestOfThreeUploadsGoes() async throws {
        try await Self.run { artist, client in
            let uploads = (1...3).map { TestSnapshot(id: UInt8($0), count: 2, cursor: 2) }
            for upload in uploads {
                let begun = try await artist.put(0, of: upload, client)
                #expect(begun.status == 201)
            }
            #expect(try await artist.put(1, of: uploads[0], client).status == 200)
            #expect(try await artist.newest(client) == nil)
            for upload in uploads.dropFirst() {
                #expect(try await artist.put(1, of: upload, client).status == 201)
                #expect(try await artist.newest(client)?.id == upload.name)
            }
        }
    }

    // Goal: an upload lives for a day and not a millisecond more.
    @Test(arguments: [(0, true), (1, false)])
    func anUploadLivesForADay(past: Int, lives: Bool) async throws {
        try await Self.run { artist, client in
            let upload = TestSnapshot(id: 1, count: 2, cursor: 2)
            let begun = try await artist.put(0, of: upload, client)
            #expect(begun.status == 201)
            artist.server.advance(by: .seconds(24 * 3600) + .milliseconds(past))
            let ended = try await artist.put(1, of: upload, client)
            #expect(ended.status == (lives ? 201 : 200))
            let newest = try await artist.newest(client)
            #expect((newest != nil) == lives)
        }
    }

    // Goal: a snapshot's bytes are bounded in all. Method: exactly the limit, and one byte more.
    @Test(arguments: [(0, 201), (1, 413)])
    func aSnapshotIsBoundedInBytes(more: Int, status: Int) async throws {
        var policy = ServerPolicy()
        policy.snapshotBytes = 2 * 176
        try await Self.run(policy) { artist, client in
            let snapshot = TestSnapshot(id: 1, count: 2, cursor: 2)
            #expect(try await artist.put(0, of: snapshot, client).status == 201)
            let last = try await artist.put(1, of: snapshot, filler: 40 + more, client)
            #expect(last.status == status)
        }
    }

    // Goal: chunks are limited in a minute, each way by itself.
    @Test func chunksAreLimitedInAMinute() async throws {
        var policy = ServerPolicy()
        policy.chunksPerMinute = 2
        try await Self.run(policy) { artist, client in
            let snapshot = TestSnapshot(id: 1, count: 2, cursor: 2)
            try await artist.upload(snapshot, client)
            let last = artist.chunk(1)
            let refused = try await artist.put(1, of: snapshot, bytes: last, client)
            #expect(refused.problem == .tooMany)
            let target = "/v1/snapshots/\(snapshot.name)/0"
            for status in [200, 200, 429] {
                #expect(try await artist.send(.get, target, client).status == status)
            }
            artist.server.advance(by: .seconds(60))
            let later = try await artist.put(1, of: snapshot, bytes: last, client)
            #expect(later.status == 200)
        }
    }

    // Goal: an account may begin so many snapshots a day, and the next one when a day is over.
    @Test func snapshotsAreLimitedInADay() async throws {
        var policy = ServerPolicy()
        policy.snapshotsPerDay = 2
        try await Self.run(policy) { artist, client in
            for id in 1...2 {
                try await artist.upload(TestSnapshot(id: UInt8(id), cursor: 2), client)
            }
            let third = TestSnapshot(id: 3, cursor: 2)
            #expect(try await artist.put(0, of: third, client).problem == .tooMany)
            artist.server.advance(by: .seconds(24 * 3600))
            #expect(try await artist.put(0, of: third, client).problem == .tooMany)
            artist.server.advance(by: .milliseconds(1))
            #expect(try await artist.put(0, of: third, client).status == 201)
        }
    }

    // Goal: a suspended account sends no snapshot and may still fetch one; a stranger may neither.
    @Test func aSuspendedAccountFetchesOnly() async throws {
        try await Self.run { artist, client in
            let snapshot = TestSnapshot(id: 1, cursor: 1)
            try await artist.upload(snapshot, client)
            try artist.server.core.moderation.suspend(
                artist.account, reason: "r", until: nil, message: "", actor: "test")
            let refused = try await artist.put(0, of: TestSnapshot(id: 2, cursor: 2), client)
            #expect(refused.problem == .suspended)
            #expect(try await artist.newest(client) != nil)
            let target = "/v1/snapshots/\(snapshot.name)/0"
            #expect(try await artist.send(.get, target, client).status == 200)
            let stranger = TestDevice(of: artist.server)
            _ = try await stranger.join(client)
            #expect(try await stranger.newest(client) == nil)
            #expect(try await stranger.send(.get, target, client).problem == .notFound)
        }
    }

    // Goal: chunks of snapshots that went leave the database, a few with each request.
    @Test func whatWentIsSweptAway() async throws {
        try await Self.run { artist, client in
            try await artist.upload(TestSnapshot(id: 1, count: 20, cursor: 1), client)
            try await artist.upload(TestSnapshot(id: 2, count: 1, cursor: 2), client)
            for left in [12, 4, 0] {
                #expect(try artist.server.count("snapshot_chunk") == 1 + left)
                _ = try await artist.pull(after: 2, client)
            }
            #expect(try artist.server.count("snapshot") == 2)
            artist.server.advance(by: .seconds(24 * 3600) + .milliseconds(1))
            _ = try await artist.pull(after: 2, client)
            #expect(try artist.server.count("snapshot") == 1)
            #expect(try await artist.newest(client)?.cursor == 2)
        }
    }

    /// A device with two segments pushed and pulled.
    private static func run(
        _ policy: ServerPolicy = ServerPolicy(),
        _ body: @escaping @Sendable (TestDevice, any TestClientProtocol) async throws -> Void
    ) async throws {
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var chain = TestChain(of: artist, replica: 1)
            for _ in 1...2 { try await artist.push(chain.next(), client) }
            _ = try await artist.pull(after: 0, client)
            try await body(artist, client)
        }
    }
}
