import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import Testing

@Suite(.onBothDatabases)
struct CompactionTests {
    // Goal: what a snapshot holds goes once its grace is over, and not a millisecond before; who
    // asks for what is gone is told by the floor.
    @Test(arguments: [(-1, Int64(0)), (0, Int64(2))])
    func segmentsGoAfterTheGrace(offset: Int, floor: Int64) async throws {
        try await Self.run(segments: 3) { artist, chain, client in
            try await artist.upload(TestSnapshot(id: 1, cursor: 2), client)
            artist.server.advance(by: .seconds(7 * 24 * 3600) + .milliseconds(offset))
            let first = try await artist.pull(after: 0, client)
            #expect(first.state.floor.rawValue == floor && first.state.head == 3)
            #expect(first.segments.count == (floor == 0 ? 3 : 0))
            let rest = try await artist.pull(after: 2, client)
            #expect(rest.segments.map(\.bytes) == [chain.segments[2]])
            let below = try await artist.pull(after: 1, client)
            #expect(below.segments.count == (floor == 0 ? 2 : 0))
        }
    }

    // Goal: a chain goes on when its segments are gone, and a repeat is told apart from a rewind.
    @Test func aChainOutlivesItsSegments() async throws {
        try await Self.run(grace: .zero, segments: 2) { artist, chain, client in
            var chain = chain
            var other = TestChain(of: artist, replica: 2)
            try await artist.push(other.next(), client)
            try await artist.upload(TestSnapshot(id: 1, cursor: 3), client)
            #expect(try await artist.pull(after: 3, client).state.floor == 3)
            let again = try await artist.push(chain.segments[1], client)
            #expect(again.sequence == 2 && again.server.head == 3 && again.server.floor == 3)
            let older = try await artist.send(.post, "/v1/segments", chain.segments[0], client)
            #expect(older.status == 409 && older.problem == .rewind)
            let first = Digest(of: chain.segments[0]).bytes
            let changed = artist.segment(2, after: first, filler: 41)
            let fork = try await artist.send(.post, "/v1/segments", changed, client)
            #expect(fork.problem == .fork)
            #expect(try await artist.push(chain.next(), client).sequence == 4)
            #expect(try await artist.push(other.next(), client).sequence == 5)
            let page = try await artist.pull(after: 3, client).segments
            #expect(page.map(\.sequence) == [4, 5])
        }
    }

    // Goal: newer snapshots do not put off what is due, and each is due by itself in its turn.
    // Method: one a day over nine days with a grace of seven; the floor must follow the first.
    @Test func frequentSnapshotsDoNotStopIt() async throws {
        try await Self.run(segments: 9) { artist, _, client in
            for day in 1...9 {
                let snapshot = TestSnapshot(id: UInt8(day), cursor: ServerSequence(Int64(day)))
                try await artist.upload(snapshot, client)
                let floor = try await artist.pull(after: 9, client).state.floor
                #expect(floor == (day < 8 ? 0 : 1))
                artist.server.advance(by: .seconds(24 * 3600))
            }
            // The eighth was the newest when the first was done, and came a day before the ninth.
            let day = Duration.seconds(24 * 3600)
            let tick = Duration.milliseconds(1)
            for (pause, floor) in [(day * 5 - tick, 1), (tick, 8), (day - tick, 8), (tick, 9)] {
                artist.server.advance(by: pause)
                #expect(try await artist.pull(after: 9, client).state.floor.rawValue == floor)
            }
        }
    }

    // Goal: one request takes away a bounded number of segments.
    // Method: one more than the limit in the database; two requests.
    @Test func aStepIsBoundedInCount() async throws {
        try await Self.run(segments: 1) { artist, _, client in
            try artist.server.write(
                """
                WITH RECURSIVE n(n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM n WHERE n < 258)
                INSERT INTO segment (account, seq, replica, number, hash, bytes, received)
                SELECT id, n, id, n, account_key, id, 0 FROM n, account
                """)
            try artist.server.write("UPDATE account_head SET seq = 258")
            try await artist.upload(TestSnapshot(id: 1, cursor: 257), client)
            artist.server.advance(by: .seconds(7 * 24 * 3600))
            for floor in [256, 257, 257] {
                #expect(try await artist.pull(after: 258, client).state.floor.rawValue == floor)
            }
            #expect(try artist.server.count("segment") == 1)
        }
    }

    // Goal: one request takes away a bounded number of bytes. Method: nine of the largest segments.
    @Test func aStepIsBoundedInBytes() async throws {
        try await Self.run(segments: 0) { artist, _, client in
            var chain = TestChain(of: artist, replica: 1)
            for _ in 1...9 {
                let filler = ProtocolLimits.segmentBytes - 136
                try await artist.push(chain.next(filler: filler), client)
            }
            try await artist.upload(TestSnapshot(id: 1, cursor: 9), client)
            artist.server.advance(by: .seconds(7 * 24 * 3600))
            for floor in [8, 9] {
                #expect(try await artist.pull(after: 9, client).state.floor.rawValue == floor)
            }
        }
    }

    /// A device with `count` segments pushed, and pulled from.
    private static func run(
        grace: Duration? = nil, segments count: Int,
        _ body:
            @escaping @Sendable (TestDevice, TestChain, any TestClientProtocol) async throws -> Void
    ) async throws {
        var policy = ServerPolicy()
        if let grace { policy.compactionGrace = grace }
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var chain = TestChain(of: artist, replica: 1)
            for _ in 0..<count { try await artist.push(chain.next(), client) }
            _ = try await artist.pull(after: 0, client)
            try await body(artist, chain, client)
        }
    }
}
