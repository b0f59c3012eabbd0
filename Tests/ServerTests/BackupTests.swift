import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HummingbirdTesting
import SignedObjects
import Synchronization
import SystemSupport
import Testing
import TestSupport

@Suite(.onBothDatabases)
struct BackupTests {
    // Goal: every push that was acknowledged before the backup began is in it, whatever goes on
    // meanwhile, and what is restored is whole, with the same key and a new epoch.
    // Method: eight artists push without a pause; the backup is taken in the middle, restored
    // elsewhere, looked over and read.
    @Test func everythingAcknowledgedIsInIt() async throws {
        var policy = ServerPolicy()
        policy.segmentsPerMinute = 1_000_000
        let server = try TestServer(policy: policy)
        let file = server.folder.url.appendingPathComponent("backup")
        try await server.run { client in
            let load = PushLoad()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    let artist = try await TestDevice.joined(to: server, client)
                    group.addTask { try await load.push(as: artist, client) }
                }
                group.addTask {
                    try await load.waitUntil(count: 80)
                    load.mark()
                    _ = try await onOwnThread { try server.backup.write(to: file, withKey: true) }
                    load.stop()
                }
                try await group.waitForAll()
            }
            let place = try await Place()
            let summary = try place.backup.restore(from: file, actor: "test")
            #expect(summary.hasKey && summary.accounts == 8)
            #expect(try place.doctor(now: server.now).count == 0)
            let core = try place.core(now: server.now)
            #expect(core.publicKey == server.core.publicKey)
            #expect(summary.epoch > 1)
            for (account, count) in load.marked {
                let stored = try core.accounts.summary(of: account).segments
                #expect(stored >= count && count > 0)
            }
            #expect(try core.audit.entries().contains { $0.action == "restore" })
        }
    }

    // Goal: nothing is ever overwritten: not a file by a backup, not a server by a restore.
    @Test func nothingIsOverwritten() async throws {
        let server = try TestServer()
        let file = server.folder.url.appendingPathComponent("backup")
        _ = try server.backup.write(to: file, withKey: true)
        let bytes = try Data(contentsOf: file)
        #expect(throws: (any Error).self) { try server.backup.write(to: file, withKey: true) }
        #expect(try Data(contentsOf: file) == bytes)
        #expect(throws: (any Error).self) { try server.backup.restore(from: file, actor: "test") }
        #expect(try server.core.publicKey == server.reopened(policy: .init()).core.publicKey)
        let place = try await Place()
        _ = try place.backup.restore(from: file, actor: "test")
        #expect(throws: (any Error).self) { try place.backup.restore(from: file, actor: "test") }
        #expect(try place.doctor(now: server.now).count == 0)
    }

    // Goal: a file that is not whole is refused before anything is put anywhere.
    // Method: cut short, a byte changed in the middle, and something else altogether.
    @Test func aDamagedBackupIsRefused() async throws {
        let server = try TestServer()
        let file = server.folder.url.appendingPathComponent("backup")
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            for number in 1...3 {
                var chain = TestChain(of: artist, replica: UInt8(number))
                try await artist.push(chain.next(), client)
            }
        }
        _ = try server.backup.write(to: file, withKey: true)
        let bytes = try [UInt8](Data(contentsOf: file))
        var broken = bytes
        for place in stride(from: 600, to: bytes.count, by: 512) { broken[place] ^= 0xFF }
        for (name, bytes) in [
            ("short", Array(bytes.prefix(bytes.count / 2))), ("broken", broken),
            ("other", Array("a letter".utf8)), ("empty", []),
        ] {
            let wrong = server.folder.url.appendingPathComponent(name)
            try Data(bytes).write(to: wrong)
            if case .postgres = server.database {
                try FileManager.default.copyItem(
                    atPath: file.path + ".key", toPath: wrong.path + ".key")
            }
            let place = try await Place()
            #expect(throws: (any Error).self, "\(name)") {
                try place.backup.restore(from: wrong, actor: "test")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.url.path)
            #expect(left.filter { $0 != "keys" } == [], "\(name)")
            #expect(!FileManager.default.fileExists(atPath: place.keyPath), "\(name)")
            #expect(try place.isDatabaseEmpty(), "\(name)")
        }
    }

    // Goal: only the operator can read a backup; one made without the key has nothing of it, and
    // goes only where the right key is.
    @Test func theKeyIsWhereItIsSaid() async throws {
        let server = try TestServer()
        let (with, without) = (
            server.folder.url.appendingPathComponent("with"),
            server.folder.url.appendingPathComponent("without")
        )
        _ = try server.backup.write(to: with, withKey: true)
        #expect(try !server.backup.write(to: without, withKey: false).hasKey)
        for file in [with, without] { #expect(try mode(of: file.path) == 0o600) }
        let text = try String(
            contentsOfFile: server.folder.path("keys/server.key"), encoding: .utf8)
        let key = try #require(Hexadecimal.decode(text.trimmingCharacters(in: .newlines)))
        let bare = try Data(contentsOf: without)
        #expect(bare.firstRange(of: Data(key)) == nil)
        #expect(bare.firstRange(of: Data(text.prefix(64).utf8)) == nil)
        #expect(!FileManager.default.fileExists(atPath: without.path + ".key"))
        let place = try await Place()
        #expect(throws: (any Error).self) { try place.backup.restore(from: without, actor: "t") }
        try place.add(key: [UInt8](repeating: 7, count: 32))
        if case .sqlite = server.database {
            #expect(throws: (any Error).self) { try place.backup.restore(from: with, actor: "t") }
        }
        let right = try await Place()
        try right.add(key: key)
        _ = try right.backup.restore(from: without, actor: "t")
        #expect(try right.core(now: server.now).publicKey == server.core.publicKey)
        #expect(try mode(of: right.folder.path("keys/server.key")) == 0o600)
        let whole = try await Place()
        _ = try whole.backup.restore(from: with, actor: "t")
        #expect(try mode(of: whole.folder.path("keys/server.key")) == 0o600)
        if case .sqlite = server.database {
            let stored = try Data(contentsOf: whole.folder.url.appending(path: "server.sqlite"))
            #expect(stored.firstRange(of: Data(key)) == nil)
            #expect(try mode(of: whole.folder.path("server.sqlite")) == 0o600)
        }
    }
}

/// Runs blocking work beside the tests' few threads.
func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Swift.Result { try body() }) }
    }
}

extension TestServer {
    /// Backups of this server.
    fileprivate var backup: ServerBackup {
        get throws {
            ServerBackup(folder: folder.url, database: try database.address, clock: { self.now })
        }
    }
}

private func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
}

/// An empty place for a server.
private struct Place {
    let folder: TemporaryFolder
    let address: String?

    init() async throws {
        folder = try TemporaryFolder()
        address = try TestDatabase.make(in: folder).address
    }

    var keyPath: String { folder.path("keys/server.key") }

    var backup: ServerBackup {
        ServerBackup(
            folder: folder.url, database: address,
            clock: { UnixTime(milliseconds: 1_760_000_000_000) })
    }

    func core(now: UnixTime) throws -> ServerCore {
        try ServerCore(
            folder: folder.url, database: address, policy: ServerPolicy(), clock: { now },
            randomBytes: { [UInt8](repeating: 0, count: $0) })
    }

    func doctor(now: UnixTime) throws -> DoctorReport {
        var report = try Doctor(folder: folder.url, database: address, now: now).examine()
        // The present of a restored server is the machine's, that of the tests is not; and how
        // full this machine's disk is says nothing.
        report.checks.removeAll { ["clock", "disk"].contains($0.name) }
        #expect(report.checks.flatMap(\.findings) == [])
        return report
    }

    func add(key: [UInt8]) throws {
        let keys = folder.url.appendingPathComponent("keys")
        try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
        let path = keys.appendingPathComponent("server.key").path
        _ = FileManager.default.createFile(
            atPath: path, contents: Data((Hexadecimal.encode(key) + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
    }

    func isDatabaseEmpty() throws -> Bool {
        guard let address else {
            return !FileManager.default.fileExists(atPath: folder.path("server.sqlite"))
        }
        let sql = "SELECT COALESCE(to_regclass('account')::text, 'none')"
        return try TestDatabase.own(address).run(sql) == "none"
    }
}

/// Artists who push until they are told to stop, and what was acknowledged.
private final class PushLoad: Sendable {
    private struct State {
        var counts: [AccountID: Int] = [:]
        var marked: [AccountID: Int] = [:]
        var isStopped = false
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// What was acknowledged when ``mark()`` was called.
    var marked: [AccountID: Int] { state.withLock { $0.marked } }

    func mark() { state.withLock { $0.marked = $0.counts } }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Waits until so many pushes were acknowledged.
    func waitUntil(count: Int) async throws {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append((count, continuation)) }
        }
    }

    func push(as artist: TestDevice, _ client: any TestClientProtocol) async throws {
        var chain = TestChain(of: artist, replica: 1)
        while !state.withLock({ $0.isStopped }) {
            try await artist.push(chain.next(), client)
            state.withLock { state in
                state.counts[artist.account, default: 0] += 1
                let sum = state.counts.values.reduce(0, +)
                for waiter in state.waiters where waiter.count <= sum {
                    waiter.continuation.resume()
                }
                state.waiters.removeAll { $0.count <= sum }
            }
        }
    }
}
