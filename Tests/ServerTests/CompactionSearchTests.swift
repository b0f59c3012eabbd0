import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import TestSupport
import Testing

/// Three devices of one account that push, pull and make snapshots in random order.
@Suite(.onBothDatabases)
struct CompactionSearchTests {
    // Goal: no device ever misses a segment without being told by the floor; the floor never
    // falls nor passes the newest snapshot; chains outlive their segments; the horizon is never
    // past what an active device has.
    // Method: from a printed seed, random steps with hours and days passing, each answer compared
    // with a model that forgets nothing.
    @Test(arguments: SeededGenerator.seeds(6))
    func nobodyMissesASegmentUntold(seed: UInt64) async throws {
        print("seed \(seed)")
        var policy = ServerPolicy()
        policy.compactionGrace = .seconds(36 * 3600)
        let server = try TestServer(policy: policy, seed: seed)
        try await server.run { client in
            var model = try await Model(server, seed: seed, client)
            for _ in 0..<250 { try await model.step(client) }
            #expect(model.floor > 0, "seed \(seed): nothing was compacted")
        }
    }
}

private struct Model {
    private struct Peer {
        let device: TestDevice
        var chain: TestChain
        /// Everything up to here was applied, from pages or from a snapshot.
        var cursor: Int64 = 0
        var upload: (snapshot: TestSnapshot, index: Int)?
    }

    private let server: TestServer
    private var random: SeededGenerator
    private var peers: [Peer] = []
    private var order: [[UInt8]] = []
    private var snapshots = UInt8(0)
    private(set) var floor: Int64 = 0

    init(
        _ server: TestServer, seed: UInt64, _ client: any TestClientProtocol
    ) async throws {
        self.server = server
        random = SeededGenerator(seed: seed)
        let first = try await TestDevice.joined(to: server, client)
        let devices = [
            first, try await first.letIn("desk", client), try await first.letIn("sofa", client),
        ]
        for (place, device) in devices.enumerated() {
            peers.append(
                Peer(device: device, chain: TestChain(of: device, replica: UInt8(place + 1))))
        }
    }

    mutating func step(_ client: any TestClientProtocol) async throws {
        server.advance(by: .seconds(60 + random.below(6 * 3600)))
        let place = random.below(peers.count)
        switch random.below(10) {
        case 0...3: try await push(place, client)
        case 4...7: try await pull(place, client)
        default: try await upload(place, client)
        }
    }

    private mutating func push(_ place: Int, _ client: any TestClientProtocol) async throws {
        let chain = peers[place].chain
        if let last = chain.segments.last, random.oneIn(4) {
            let sequence = Int64(try #require(order.lastIndex(of: last)) + 1)
            let reply = try await peers[place].device.push(last, client)
            #expect(reply.sequence.rawValue == sequence)
            return
        }
        let segment = peers[place].chain.next()
        let reply = try await peers[place].device.push(segment, client)
        order.append(segment)
        #expect(
            reply.sequence.rawValue == Int64(order.count) && reply.server.head == reply.sequence)
        try await check(
            floor: reply.server.floor.rawValue, horizon: reply.server.horizon.rawValue, place,
            client)
    }

    private mutating func pull(_ place: Int, _ client: any TestClientProtocol) async throws {
        let peer = peers[place]
        let limit = 1 + random.below(6)
        let target = "/v1/segments?after=\(peer.cursor)&limit=\(limit)"
        let reply = try await peer.device.send(.get, target, client)
        let state = try reply.state()
        #expect(state.head.rawValue == Int64(order.count))
        try await check(floor: state.floor.rawValue, horizon: state.horizon.rawValue, place, client)
        let page = reply.frames
        if peer.cursor < state.floor.rawValue {
            #expect(page.isEmpty)
            // What an engine does: it takes the newest snapshot and goes on from there.
            let newest = try #require(try await peer.device.newest(client))
            let chunk = "/v1/snapshots/\(newest.id)/\(newest.chunks - 1)"
            #expect(try await peer.device.send(.get, chunk, client).status == 200)
            #expect(newest.cursor >= state.floor.rawValue)
            peers[place].cursor = newest.cursor
            return
        }
        let expected = order.dropFirst(Int(peer.cursor)).prefix(limit)
        #expect(page.map(\.bytes) == Array(expected))
        #expect(page.first.map { $0.sequence.rawValue == peer.cursor + 1 } ?? true)
        peers[place].cursor = page.last?.sequence.rawValue ?? peer.cursor
    }

    private mutating func upload(_ place: Int, _ client: any TestClientProtocol) async throws {
        let peer = peers[place]
        var (snapshot, index) =
            peer.upload
            ?? (
                TestSnapshot(
                    id: snapshots, count: 1 + random.below(3), cursor: ServerSequence(peer.cursor)),
                0
            )
        if peer.upload == nil { snapshots += 1 }
        let reply = try await peer.device.put(index, of: snapshot, client)
        guard [200, 201].contains(reply.status) else {
            // Only a device that has never pulled is refused.
            #expect(reply.problem == .malformed && peer.cursor == 0)
            return
        }
        index += 1
        peers[place].upload = index < snapshot.count ? (snapshot, index) : nil
    }

    private mutating func check(
        floor new: Int64, horizon: Int64, _ place: Int, _ client: any TestClientProtocol
    ) async throws {
        #expect(new >= floor)
        floor = new
        #expect(horizon <= peers.map(\.cursor).min() ?? 0)
        guard new > 0 else { return }
        let newest = try #require(try await peers[place].device.newest(client))
        #expect(new <= newest.cursor && newest.cursor <= Int64(order.count))
    }
}
