import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import TestSupport
import Testing

/// What the engine is tested against answers as the real server does.
struct SimulatedServerTests {
    // Goal: the simulated server is a true model of the real one.
    // Method: from a printed seed, the same random questions to both, wrong ones among them, with
    // hours and months passing; each answer and all that it tells must be the same.
    @Test(arguments: SeededGenerator.seeds(6))
    func itAnswersAsTheRealOne(seed: UInt64) async throws {
        print("seed \(seed)")
        var policy = ServerPolicy()
        policy.compactionGrace = .milliseconds(Int64(Both.grace))
        let server = try TestServer(policy: policy, seed: seed)
        try await server.run { client in
            var both = try await Both(server, seed: seed, client)
            for _ in 0..<250 { try await both.step(client) }
            let state = both.simulated.serverState
            #expect(state.floor > 0 && both.refusals > 0, "seed \(seed)")
        }
    }

    // Goal: it can be set back and wiped, with and without telling anybody, and then counts places
    // of the lost history as little as the real one.
    @Test func itCanBeSetBack() async throws {
        let time = SimulatedTime(seed: 1)
        let simulated = SimulatedServer(time: time, seed: 1)
        let device = simulated.transport(for: 1)
        var chain = TestChain(of: TestDevice(of: try TestServer()), replica: 1)
        _ = try await device.push(SealedSegment(bytes: chain.next()))
        let backup = simulated.backup()
        _ = try await device.push(SealedSegment(bytes: chain.next()))
        _ = try await device.pull(PullRequest(after: 0))
        #expect(try await device.pull(PullRequest(after: 2)).server.horizon == 2)
        simulated.restore(to: backup, raisingEpoch: false)
        #expect(simulated.serverState.epoch == 1 && simulated.serverState.head == 1)
        let third = try SealedSegment(bytes: chain.next())
        await #expect(throws: ForkedChain()) { try await device.push(third) }
        simulated.restore(to: backup)
        #expect(simulated.serverState.epoch == 2)
        simulated.inject(third)
        #expect(try await device.pull(PullRequest(after: 2)).server.horizon == 0)
        #expect(try await device.pull(PullRequest(after: 1)).server.horizon == 1)
        simulated.wipe()
        let state = try await device.pull(PullRequest(after: 1)).server
        #expect(state.epoch == 3 && state.head == 0 && state.horizon == 0)
        simulated.wipe(raisingEpoch: false)
        #expect(simulated.serverState.epoch == 1)
    }
}

private struct Both {
    static let grace: UInt64 = 30 * 3600 * 1000

    let simulated: SimulatedServer
    private(set) var refusals = 0
    private let real: TestServer
    private let time: SimulatedTime
    private var devices: [TestDevice] = []
    private var transports: [SimulatedDevice] = []
    private var chains: [TestChain] = []
    private var uploads: [(snapshot: TestSnapshot, began: UInt64)] = []
    private var random: SeededGenerator

    init(_ server: TestServer, seed: UInt64, _ client: any TestClientProtocol) async throws {
        real = server
        random = SeededGenerator(seed: seed)
        time = SimulatedTime(milliseconds: UInt64(server.now.milliseconds), seed: seed)
        simulated = SimulatedServer(time: time, seed: seed)
        let first = try await TestDevice.joined(to: server, client)
        devices = [first, try await first.letIn("desk", client)]
        chains = (0..<2).map { TestChain(of: devices[$0], replica: UInt8($0 + 1)) }
        transports = devices.indices.map { simulated.transport(for: $0) }
    }

    mutating func step(_ client: any TestClientProtocol) async throws {
        let pause = random.oneIn(40) ? 40 * 24 * 3600 : random.below(4 * 3600)
        time.advance(by: UInt64(pause) * 1000)
        real.advance(by: .seconds(pause))
        let place = random.below(devices.count)
        switch random.below(10) {
        case 0...3: try await push(place, client)
        case 4...6: try await pull(place, client)
        case 7: try await fetch(place, client)
        default: try await upload(place, client)
        }
    }

    private mutating func push(_ place: Int, _ client: any TestClientProtocol) async throws {
        let segment: [UInt8]
        switch random.below(6) {
        case 0:
            segment = chains[place].segments.randomElement(using: &random) ?? chains[place].next()
        case 1:
            let number = UInt64(1 + random.below(chains[place].segments.count + 3))
            segment = devices[place].segment(
                number, after: random.bytes(32), replica: UInt8(place + 1))
        case 2:
            segment = devices[place].segment(
                1, replica: UInt8(10 + random.below(3)), ahead: .seconds(290 + random.below(20)))
        default: segment = chains[place].next()
        }
        let reply = try await devices[place].send(.post, "/v1/segments", segment, client)
        do {
            let answer = try await transports[place].push(SealedSegment(bytes: segment))
            simulated.compact(keepingGrace: Self.grace)
            let expected: PushReply = try reply.decode()
            #expect(answer.sequence.rawValue == expected.sequence)
            try compare(simulated.serverState, reply)
        } catch is ForkedChain {
            refusals += 1
            #expect([.fork, .rewind].contains(reply.problem))
        } catch SimulatedRefusal.fromTheFuture {
            refusals += 1
            #expect(reply.problem == .fromTheFuture)
        }
    }

    private func compare(_ state: ServerState, _ reply: TestReply) throws {
        let real = try reply.state()
        try #require(
            state.head == real.head && state.floor == real.floor && state.horizon == real.horizon
                && state.milliseconds == real.milliseconds && state.epoch == real.epoch)
    }

    private mutating func pull(_ place: Int, _ client: any TestClientProtocol) async throws {
        let after = Int64(random.below(Int(simulated.serverState.head.rawValue) + 2))
        let reply = try await devices[place].send(
            .get, "/v1/segments?after=\(after)&limit=4", client)
        simulated.compact(keepingGrace: Self.grace)
        let page = try await transports[place].pull(PullRequest(after: ServerSequence(after)))
        #expect(page.segments == Array(reply.frames.prefix(page.segments.count)))
        #expect(page.segments.isEmpty == reply.frames.isEmpty)
        try compare(page.server, reply)
    }

    private mutating func fetch(_ place: Int, _ client: any TestClientProtocol) async throws {
        let newest = try await transports[place].newestSnapshot()
        let expected = try await devices[place].newest(client)
        #expect(newest?.id == expected?.id.bytes && newest?.cursor.rawValue == expected?.cursor)
        guard let upload = uploads.randomElement(using: &random)?.snapshot else { return }
        let index = random.below(upload.count)
        let reply = try await devices[place].send(
            .get, "/v1/snapshots/\(upload.name)/\(index)", client)
        do {
            let bytes = try await transports[place].chunk(index, of: upload.manifest)
            #expect(bytes == reply.body)
        } catch is SnapshotGone {
            #expect(reply.problem == .notFound)
        }
    }

    private mutating func upload(_ place: Int, _ client: any TestClientProtocol) async throws {
        // One that was given up over a day ago may be begun again; when, is of no account.
        let recent = uploads.suffix(3).filter { $0.began + 24 * 3600 * 1000 >= time.now }
        var chosen = recent.randomElement(using: &random)
        if chosen == nil || random.oneIn(4) {
            let cursor = max(0, Int(simulated.serverState.head.rawValue) + 1 - random.below(8))
            let snapshot = TestSnapshot(
                id: UInt8(uploads.count), count: 1 + random.below(3),
                cursor: ServerSequence(Int64(cursor)))
            uploads.append((snapshot, time.now))
            chosen = uploads.last
        }
        let upload = try #require(chosen).snapshot
        let index = random.below(upload.count)
        let bytes = random.oneIn(12) ? devices[place].chunk(index) : chunk(index)
        let reply = try await devices[place].put(index, of: upload, bytes: bytes, client)
        do {
            try await transports[place].push(
                SnapshotChunk(snapshot: upload.manifest, index: index, bytes: bytes))
            simulated.compact(keepingGrace: Self.grace)
            try #require([200, 201].contains(reply.status))
        } catch is SnapshotRefused {
            refusals += 1
            try #require(reply.problem == .malformed)
        }
    }

    /// The same bytes whatever the time is.
    private func chunk(_ index: Int) -> [UInt8] {
        let bytes = devices[0].chunk(index)
        let stamp = 84..<92
        return bytes[..<stamp.lowerBound] + [UInt8](repeating: 0, count: 8)
            + bytes[stamp.upperBound...]
    }
}

extension TestSnapshot {
    fileprivate var manifest: SnapshotManifest {
        SnapshotManifest(id: name.bytes, cursor: cursor, chunkCount: count)
    }
}
