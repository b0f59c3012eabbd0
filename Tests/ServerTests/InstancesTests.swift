import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

/// Several servers on one PostgreSQL, as programs that can be killed.
@Suite(.serialized) struct InstancesTests {
    // Goal: nothing that any server acknowledged is lost and no credit is given twice when one of
    // three is killed under load.
    // Method: eight artists push and spend through all three in turn; signal 9 in the middle.
    @Test func aKilledInstanceLosesNothing() async throws {
        let cluster = try PostgresCluster(isDurable: true)
        let place = try Place(cluster.database("atelier"))
        var servers = try await place.servers(3)
        let load = try Load(place, servers)
        try await load.run(rounds: 24) { round in
            if round == 8 { await servers.removeFirst().kill9() }
        }
        try await load.check()
        for server in servers { #expect(await server.stop() == 0) }
    }

    // Goal: nothing acknowledged is lost when the database fails over to its standby under load.
    // Method: a synchronous standby; the primary ends as in a crash; the standby takes over.
    @Test func aFailoverLosesNothing() async throws {
        let primary = try PostgresCluster(isDurable: true)
        _ = try primary.database("atelier")
        let standby = try primary.makeStandby()
        let place = try Place(primary.address("atelier", or: standby))
        let servers = try await place.servers(3)
        let load = try Load(place, servers)
        try await load.run(rounds: 24) { round in
            guard round == 8 else { return }
            primary.stop()
            // However fast the standby takes over, this one meets a server without its database.
            async let answer = load.ask()
            while load.client.lostCount == 0 { await Task.yield() }
            try standby.promote()
            #expect(try await answer.status == 200)
        }
        #expect(load.client.lostCount > 0)
        try await load.check()
        for server in servers { #expect(await server.stop() == 0) }
    }

    // Goal: an act on one instance is known to a device that watches another.
    // Method: two programs; an order and a segment; the event stream of the second.
    @Test func newsReachOtherInstances() async throws {
        let cluster = try PostgresCluster()
        let place = try Place(cluster.database("atelier"))
        let servers = try await place.servers(2)
        let artist = TestDevice(of: place.server)
        let first = try RoundRobin([servers[0].address])
        #expect(try await artist.join(first).status == 201)
        var heard = Heard(artist, at: servers[1].address).makeAsyncIterator()
        #expect(try await heard.next() == AccountEvent(head: 0, serial: 0, epoch: 1))
        let push = try await artist.send(.post, "/v1/segments", artist.segment(1), first)
        #expect(push.status == 200)
        #expect(try await heard.next() == AccountEvent(head: 1, serial: 0, epoch: 1))
        try place.server.core.moderation.suspend(
            artist.account, reason: "r", until: nil, message: "", actor: "test")
        #expect(try await heard.next() == AccountEvent(head: 1, serial: 1, epoch: 1))
        for server in servers { #expect(await server.stop() == 0) }
    }
}

/// A folder with the key that the servers share, and their database.
private struct Place {
    let server: TestServer

    init(_ database: String) throws {
        server = try TestServer(sharing: .own(database))
    }

    func servers(_ count: Int) async throws -> [RunningServer] {
        var servers: [RunningServer] = []
        for _ in 0..<count {
            let address = try server.database.address
            servers.append(try await RunningServer(data: server.folder.url, database: address))
        }
        return servers
    }
}

/// Artists who push and spend at once, and remember what was acknowledged.
private final class Load: Sendable {
    private struct Artist {
        let device: TestDevice
        var wallet: DeviceWallet
        var chain: TestChain
        var acknowledged: [Int64: [UInt8]] = [:]
        var receipts: Set<Digest> = []
    }

    let client: RoundRobin
    private let place: Place
    private let artists = Mutex<[Artist]>([])

    init(_ place: Place, _ servers: [RunningServer]) throws {
        self.place = place
        client = try RoundRobin(servers.map(\.address))
    }

    /// - Parameter meanwhile: Run beside each round.
    func run(rounds: Int, meanwhile: (Int) async throws -> Void) async throws {
        for _ in 0..<8 {
            let device = TestDevice(of: place.server)
            #expect(try await device.join(client).status == 201)
            try await device.registerModel("model", client)
            artists.withLock {
                $0.append(
                    Artist(
                        device: device, wallet: device.wallet(),
                        chain: TestChain(of: device, replica: 1)))
            }
        }
        for round in 0..<rounds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<8 { group.addTask { try await self.step(index, round) } }
                try await meanwhile(round)
                try await group.waitForAll()
            }
        }
    }

    /// One question of the first artist, beside all others.
    func ask() async throws -> TestReply {
        let device = artists.withLock { $0[0].device }
        return try await device.send(.get, "/v1/segments?after=0", [], client)
    }

    private func step(_ index: Int, _ round: Int) async throws {
        var artist = artists.withLock { $0[index] }
        let segment = artist.chain.next()
        let reply = try await artist.device.send(.post, "/v1/segments", segment, client)
        try #require(reply.status == 200, "\(String(describing: reply.problem))")
        artist.acknowledged[try reply.decode(PushReply.self).sequence] = segment
        if round.isMultiple(of: 4) {
            // The servers' clocks are real: on a busy machine this place's would fall behind.
            let now = artist.wallet.serverTime ?? place.server.now
            _ = try? artist.wallet.spend(
                TestDevice.parts("\(index) \(round)"), now: now,
                signedBy: artist.device.key)
        }
        _ = try await artist.device.contact(&artist.wallet, client)
        artist.receipts.formUnion(artist.wallet.receiptsBySpend.keys)
        let done = artist
        artists.withLock { $0[index] = done }
    }

    /// Everything that was acknowledged is there, once, and the credits add up.
    func check() async throws {
        for artist in artists.withLock({ $0 }) {
            let reply = try await artist.device.send(.get, "/v1/segments?after=0", client)
            let stored = Dictionary(
                reply.frames.map { ($0.sequence.rawValue, $0.bytes) },
                uniquingKeysWith: { first, _ in first })
            #expect(stored == artist.acknowledged)
            let credits = try place.server.core.accounts.summary(of: artist.device.account).credits
            #expect(credits.free + credits.leased + credits.spent == credits.granted)
            #expect(credits.granted == 2 && credits.spent == 2 && artist.receipts.count == 2)
            let receipts = Set(artist.wallet.receiptsBySpend.values.map(\.payload.credit))
            #expect(receipts.count == 2)
        }
    }
}

/// The events that a device hears at a server.
private struct Heard: AsyncSequence {
    private let device: TestDevice
    private let address: String

    init(_ device: TestDevice, at address: String) {
        self.device = device
        self.address = address
    }

    func makeAsyncIterator() -> AsyncThrowingStream<AccountEvent, any Error>.Iterator {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: AccountEvent.self)
        let listening = Task {
            do {
                let reader = Mutex(EventStreamReader())
                var limits = HTTPLimits()
                limits.totalTimeout = nil
                let client = try HTTPClient(address: HTTPAddress(address), limits: limits)
                let proof = try device.proof("GET", AccountEvent.target, [])
                _ = try await client.stream(
                    HTTPMessage(
                        method: "GET", target: AccountEvent.target,
                        headers: [.atelierProof: proof], body: nil)
                ) { bytes in
                    for event in reader.withLock({ $0.read(bytes) })
                    where event.name == AccountEvent.name {
                        let event = try? CanonicalJSON.decode(
                            AccountEvent.self, from: Data(event.data))
                        if let event { continuation.yield(event) }
                    }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in listening.cancel() }
        return stream.makeAsyncIterator()
    }
}
