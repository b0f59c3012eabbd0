import AtelierProtocol
import AtelierServer
import CreditLedger
import Fingerprints
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import SignedObjects
import Synchronization
import TestSupport
import Testing

/// A server in process, over a folder of its own, with a clock that moves when it is told to.
final class TestServer: Sendable {
    let folder: TemporaryFolder
    let database: TestDatabase
    let core: ServerCore
    private let isShared: Bool
    private let trace: Trace

    /// The statements of the last ``tracing(_:)``.
    private final class Trace: Sendable {
        let statements = Mutex<[String]?>(nil)
        let rows = Mutex(0)
    }

    /// How many rows all statements so far gave.
    var rowsRead: Int { trace.rows.withLock { $0 } }

    /// The statements that `body` makes the server run, with every space made one.
    func tracing(_ body: () async throws -> Void) async throws -> [String] {
        trace.statements.withLock { $0 = [] }
        defer { trace.statements.withLock { $0 = nil } }
        try await body()
        let statements = trace.statements.withLock { $0 ?? [] }
        return statements.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    convenience init(policy: ServerPolicy = ServerPolicy(), seed: UInt64 = 1) throws {
        let folder = try TemporaryFolder()
        let database = try TestDatabase.make(in: folder)
        try self.init(folder, database, ClockBox(), policy: policy, seed: seed)
    }

    /// A server whose machine has a clock that cannot be set, beside the one that can.
    ///
    /// - Parameter steady: Goes on by itself; ``advance(by:)`` moves the settable clock alone.
    init(steady: SteadyClock, policy: ServerPolicy = ServerPolicy()) throws {
        folder = try TemporaryFolder()
        database = try TestDatabase.make(in: folder)
        (clock, trace, isShared) = (ClockBox(), Trace(), false)
        core = try Self.core(folder, database, clock, steady, policy)
    }

    /// The same folder and database opened by another program on a machine with that clock.
    func restarted(steady: SteadyClock) throws -> ServerCore {
        try Self.core(folder, database, clock, steady, core.policy)
    }

    private static func core(
        _ folder: TemporaryFolder, _ database: TestDatabase, _ clock: ClockBox,
        _ steady: SteadyClock, _ policy: ServerPolicy
    ) throws -> ServerCore {
        let generator = GeneratorBox(seed: 7)
        return try ServerCore(
            folder: folder.url, database: database.address, policy: policy,
            clock: { clock.now }, randomBytes: { generator.bytes($0) },
            monotonic: { steady.time }, bootTime: { steady.present })
    }

    /// A server on a database that programs stand on too, with the present time.
    init(sharing database: TestDatabase, seed: UInt64 = 1) throws {
        let now = UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        folder = try TemporaryFolder()
        isShared = true
        trace = Trace()
        self.database = database
        clock = ClockBox(now)
        let generator = GeneratorBox(seed: seed)
        core = try ServerCore(
            folder: folder.url, database: database.address, policy: ServerPolicy(),
            clock: { [clock] in clock.now }, randomBytes: { generator.bytes($0) })
    }

    /// The same folder and database opened again, as after a restart.
    func reopened(policy: ServerPolicy) throws -> TestServer {
        try TestServer(folder, database, clock, policy: policy, seed: 2)
    }

    /// Another instance on the same folder and database, whose clock is ahead by so much.
    func beside(ahead: Duration) throws -> TestServer {
        try TestServer(folder, database, ClockBox(now + ahead), policy: core.policy, seed: 5)
    }

    /// A copy of the database as it is now.
    func backup(_ name: String) throws -> String {
        let path = folder.path(name)
        try DatabaseQueue(path: folder.path("server.sqlite")).inDatabase { db in
            try db.execute(sql: "VACUUM INTO ?", arguments: [path])
        }
        return path
    }

    /// This server after its database was replaced by `backup`, nil for none, and the epoch file
    /// by `mark`; nil keeps that file.
    func restored(
        from backup: String?, mark: String? = nil, seed: UInt64 = 3
    ) throws -> TestServer {
        let other = try TemporaryFolder()
        let files = FileManager.default
        if let backup { try files.copyItem(atPath: backup, toPath: other.path("server.sqlite")) }
        try files.copyItem(atPath: folder.path("keys"), toPath: other.path("keys"))
        let text = try mark ?? self.mark()
        if !text.isEmpty {
            try Data(text.utf8).write(to: other.url.appendingPathComponent("server.epoch"))
        }
        let file = TestDatabase.sqlite(other.path("server.sqlite"))
        return try TestServer(other, file, clock, policy: core.policy, seed: seed)
    }

    /// What the epoch file says.
    func mark() throws -> String {
        try String(contentsOfFile: folder.path("server.epoch"), encoding: .utf8)
    }

    /// Another look at the database.
    func write(_ sql: String) throws {
        try database.run(sql)
    }

    /// How many rows a table has.
    func count(_ table: String) throws -> Int {
        try #require(Int(database.run("SELECT COUNT(*) FROM \(table)")))
    }

    private init(
        _ folder: TemporaryFolder, _ database: TestDatabase, _ clock: ClockBox,
        policy: ServerPolicy, seed: UInt64
    ) throws {
        let generator = GeneratorBox(seed: seed)
        let trace = Trace()
        core = try ServerCore(
            folder: folder.url, database: database.address, policy: policy,
            clock: { clock.now },
            randomBytes: { generator.bytes($0) },
            onStatement: { sql, rows in
                trace.statements.withLock { $0?.append(sql) }
                trace.rows.withLock { $0 += rows }
            })
        self.trace = trace
        isShared = false
        self.folder = folder
        self.database = database
        self.clock = clock
    }

    private let clock: ClockBox

    var now: UnixTime { clock.now }

    /// What a device that asks takes for the present; a server that is a program has its own.
    var proofTime: UnixTime {
        isShared ? UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) : clock.now
    }

    func advance(by duration: Duration) { clock.advance(by: duration) }

    func invite() throws -> InviteSecret {
        try #require(
            try core.invites.create(count: 1, lifetime: .seconds(86_400), actor: "test").first
        ).secret
    }

    /// Runs `body` with a client that speaks over a socket, and so has an address.
    func runLive(
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await Application(router: core.router).test(.live) { client in
            try await body(client)
        }
    }

    /// Runs `body` with a client that speaks to the routes directly.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        try await Application(router: core.router).test(.router) { client in
            try await body(client)
        }
    }
}

/// A clock that moves only when it is told to.
final class ClockBox: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ start: UnixTime = UnixTime(milliseconds: 1_760_000_000_000)) {
        milliseconds = Mutex(start.milliseconds)
    }

    var now: UnixTime { UnixTime(milliseconds: milliseconds.withLock { $0 }) }

    func advance(by duration: Duration) {
        milliseconds.withLock { $0 += duration.wholeMilliseconds }
    }
}

/// The clock of a machine that cannot be set; it goes on when it is told to.
final class SteadyClock: Sendable {
    private let boot: String
    private let milliseconds = Mutex<Int64>(1_000_000)

    init(boot: String) { self.boot = boot }

    var time: Duration { .milliseconds(milliseconds.withLock { $0 }) }

    var present: BootTime? {
        BootTime(boot: boot, milliseconds: milliseconds.withLock { $0 })
    }

    func advance(by duration: Duration) {
        milliseconds.withLock { $0 += duration.wholeMilliseconds }
    }
}

/// Random bytes from a seed.
final class GeneratorBox: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func bytes(_ count: Int) -> [UInt8] { generator.withLock { $0.bytes(count) } }
}

/// A reply as a client sees it.
struct TestReply {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try CanonicalJSON.decode(type, from: Data(body))
    }

    var problem: Problem.Kind? {
        try? decode(Problem.self).type
    }
}

/// An artist's device: its keys, its wallet, and signed requests.
struct TestDevice: Sendable {
    let accountKey: SigningKey
    let key: SigningKey
    let agreementKey: AgreementKey
    let server: TestServer
    var name = "tablet"
    /// What the proxy in front says of the sender, or the sender of itself.
    var forwardedFor: String?

    init(of server: TestServer, accountKey: SigningKey = SigningKey()) {
        self.server = server
        self.accountKey = accountKey
        key = SigningKey()
        agreementKey = AgreementKey(checked: SigningKey().bytes)
    }

    /// The same device, which speaks to `other`.
    init(_ device: TestDevice, at other: TestServer) {
        (accountKey, key, agreementKey) = (device.accountKey, device.key, device.agreementKey)
        (name, server) = (device.name, other)
    }

    var account: AccountID { AccountID(key: accountKey.verifyingKey) }
    var device: DeviceID { DeviceID(key: key.verifyingKey) }

    func certificate() throws -> String {
        try JWS(
            signing: DeviceCertificate(
                account: account, deviceKey: key.verifyingKey, agreementKey: agreementKey,
                name: name, issued: server.now), with: accountKey
        ).compact
    }

    func proof(
        _ method: String, _ target: String, _ body: [UInt8], at time: UnixTime? = nil
    ) throws -> String {
        try JWS(
            signing: RequestProof(
                device: device, method: method, target: target, body: Digest(of: body),
                time: time ?? server.proofTime,
                nonce: ProofNonce(checked: Array(SigningKey().bytes.prefix(16)))), with: key
        ).compact
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, proof: String? = nil,
        _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await send(method, target, [], proof: proof, client)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ body: [UInt8],
        proof: String? = nil, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        var headers = HTTPFields()
        let name = try #require(HTTPField.Name(RequestProof.headerName))
        headers[name] = try proof ?? self.proof(method.rawValue, target, body)
        if let forwardedFor {
            headers[try #require(HTTPField.Name("X-Forwarded-For"))] = forwardedFor
        }
        if let spread = client as? RoundRobin {
            return try await spread.send(method, target, body, of: self)
        }
        let response = try await client.execute(
            uri: target, method: method, headers: headers, body: ByteBuffer(bytes: body))
        let reply = TestReply(
            status: response.status.code, headers: response.headers,
            body: Array(response.body.readableBytesView))
        let problems = try APIDocument.present.get().problems(
            method.rawValue, target, status: reply.status, type: reply.headers[.contentType],
            body: reply.body)
        #expect(problems == [])
        return reply
    }

    func post(
        _ target: String, _ value: some Encodable, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await send(.post, target, [UInt8](try CanonicalJSON.encoder.encode(value)), client)
    }

    /// A device that has just opened an account on `server`.
    static func joined(
        to server: TestServer, _ client: any TestClientProtocol
    ) async throws -> TestDevice {
        let device = TestDevice(of: server)
        try #require(try await device.join(client).status == 201)
        return device
    }

    func join(
        _ client: any TestClientProtocol, invite: InviteSecret? = nil
    ) async throws -> TestReply {
        try await register(try invite ?? server.invite(), client)
    }

    /// Asks for an account, with an invite or without.
    func register(
        _ invite: InviteSecret?, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        let request = RegisterRequest(
            invite: invite, accountKey: accountKey.verifyingKey,
            certificate: try certificate(), pin: try pin())
        return try await post("/v1/accounts", request, client)
    }

    func pin() throws -> String {
        try JWS(
            signing: ServerPin(account: account, serverKey: server.core.publicKey),
            with: accountKey
        ).compact
    }

    /// What revokes devices; the new key in it is nobody's.
    func rotation(
        _ epoch: UInt32, revoking revoked: [DeviceID], by key: SigningKey? = nil,
        for members: [DeviceID]? = nil
    ) throws -> RevocationRequest {
        let rotation = KeyRotation(
            account: account, epoch: epoch, revoked: revoked,
            boxes: (members ?? [device]).map { .init(device: $0, sealed: "") }, recovery: "",
            issued: server.now)
        return RevocationRequest(
            rotation: try JWS(signing: rotation, with: key ?? accountKey).compact)
    }

    /// What a picture of this name is made of.
    static func parts(_ name: String, model: String = "model") -> RenderSpec {
        RenderSpec(
            model: Digest(of: model),
            works: ModelRegistration.worksDigest(ofPixels: [Digest(of: "pixels of \(model)")]),
            settings: Digest(of: name), seed: 1, engine: "1")
    }

    func wallet() -> DeviceWallet {
        DeviceWallet(
            account: account, device: device, journal: JournalID(checked: Array(device.bytes)),
            spends: [], returns: [])
    }

    /// Registers a model of one work, which is near to nobody's.
    func registerModel(_ name: String, _ client: any TestClientProtocol) async throws {
        let work = Digest(of: "work of \(name)")
        let reply: RegistrationReply = try await post(
            RegistrationRequest.target,
            RegistrationRequest(
                works: [
                    try registration(work, pixels: Digest(of: "pixels of \(name)"))
                ], models: [try registration(model: Digest(of: name), of: [work])]),
            client
        ).decode()
        try #require((reply.works + reply.models).allSatisfy { $0.outcome != .refused })
    }

    /// A signed registration of a work; without a reading it has no detail to be near by.
    func registration(
        _ work: Digest, pixels: Digest, reading: FingerprintReading? = nil
    ) throws -> String {
        let flat = try #require(Fingerprint(bytes: [UInt8](repeating: 0, count: 32)))
        let none = try #require(
            FingerprintReading(variants: [Fingerprint](repeating: flat, count: 8), quality: 0))
        return try JWS(
            signing: WorkRegistration(
                account: account, device: device, work: work, pixels: pixels,
                reading: reading ?? none, basis: .mine, statement: Digest(of: "statement"),
                time: server.now), with: key
        ).compact
    }

    /// A signed registration of a model.
    func registration(model: Digest, of works: [Digest]) throws -> String {
        try JWS(
            signing: ModelRegistration(
                account: account, device: device, model: model, engine: "1", works: works,
                time: server.now), with: key
        ).compact
    }

    /// A wallet after its first contact with the ledger: with the credits that were lent to it.
    func lentWallet(_ client: any TestClientProtocol) async throws -> DeviceWallet {
        try await registerModel("model", client)
        var wallet = wallet()
        _ = try await contact(&wallet, client)
        return wallet
    }

    /// One contact with the ledger.
    func contact(
        _ wallet: inout DeviceWallet, _ client: any TestClientProtocol
    ) async throws -> LedgerReply {
        let request = try wallet.request(now: server.now, signedBy: key) { _ in }
        let answer = try await post("/v1/ledger", request, client)
        try #require(answer.status == 200)
        let reply: LedgerReply = try answer.decode()
        try wallet.absorb(reply, serverKey: server.core.publicKey)
        return reply
    }

    /// A segment with a payload that nobody can open, which the server need not.
    func segment(
        _ number: UInt64, after previous: [UInt8] = [UInt8](repeating: 0, count: 32),
        replica: UInt8 = 1, ahead: Duration = .zero, filler: Int = 40
    ) -> [UInt8] {
        let stamp = UInt64((server.now + ahead).milliseconds) << 16
        return Array("ASG1".utf8) + account.bytes + [UInt8](repeating: replica, count: 16)
            + bigEndian(number) + bigEndian(UInt32(1)) + previous + bigEndian(stamp)
            + bigEndian(UInt32(100)) + [UInt8](repeating: 0, count: 44)
            + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: filler)
    }

    private func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
