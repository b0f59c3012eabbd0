import GRDB
import SyncKit
import TestSupport
import Testing

/// Devices of one library with a server, each with a clock of its own; see ``Workshop`` for the
/// tables.
final class Fleet {
    final class Device {
        let index: Int
        let path: String
        let clock: WrongClock
        fileprivate(set) var store: SyncStore
        /// The library's keys that this device holds.
        var keys: [UInt32: [UInt8]] = [1: [UInt8](repeating: 7, count: 32)]

        fileprivate init(_ index: Int, _ path: String, _ clock: WrongClock) throws {
            (self.index, self.path, self.clock) = (index, path, clock)
            store = try Workshop.open(path, clock.environment)
        }

        /// Opens the file again, as after a crash or on another disk.
        func reopen() throws { store = try Workshop.open(path, clock.environment) }

        var contents: [String] { get throws { try Workshop.contents(of: store) } }
    }

    let time: SimulatedTime
    let server: SimulatedServer
    let folder: TemporaryFolder
    private(set) var devices: [Device] = []

    init(seed: UInt64, devices count: Int) throws {
        time = SimulatedTime(seed: seed)
        server = SimulatedServer(time: time, seed: seed ^ 1)
        folder = try TemporaryFolder()
        for _ in 0..<count { try addDevice() }
    }

    subscript(index: Int) -> SyncStore { devices[index].store }

    /// A new device; `copying` makes it begin with a copy of another one's file.
    @discardableResult
    func addDevice(copying original: Int? = nil) throws -> Device {
        let path = folder.path("\(devices.count).sqlite")
        if let original { try Shell.sqlite(devices[original].path, "VACUUM INTO '\(path)'") }
        devices.append(try Device(devices.count, path, WrongClock(time)))
        return devices[devices.count - 1]
    }

    func transport(_ index: Int) -> SimulatedDevice { server.transport(for: index) }

    /// One exchange.
    @discardableResult
    func sync(
        _ index: Int, over transport: (any Transport)? = nil, mayWrite: Bool = true,
        didPull: () throws -> Void = {}, progress: (SyncReport) -> Void = { _ in }
    ) async throws -> SyncReport {
        let keys = try #require(LibraryKeys(devices[index].keys))
        return try await Synchronizer(
            store: devices[index].store, transport: transport ?? self.transport(index), keys: keys,
            account: Gallery.account
        ).run(mayWrite: { mayWrite }, didPull: { try didPull() }, progress: progress)
    }

    /// One exchange that may break off; whether it came to its end.
    func mayBreakOff(_ index: Int) async throws -> Bool {
        do {
            try await sync(index)
            return true
        } catch is SimulatedLoss {
            return false
        }
    }

    /// Everybody exchanges over a good network until nothing is new.
    func settle(_ chosen: [Int]? = nil) async throws {
        server.lose(oneIn: nil)
        for _ in 0..<3 {
            for index in chosen ?? Array(devices.indices) { try await sync(index) }
        }
    }

    /// A device hands over a snapshot of its state, as it does when the tail is long.
    func makeSnapshot(by index: Int) async throws {
        let keys = try #require(LibraryKeys(devices[index].keys))
        try await Self.makeSnapshot(
            of: self[index], id: devices[index].clock.environment.randomBytes(16), keys,
            transport(index))
    }

    static func makeSnapshot(
        of store: SyncStore, id: [UInt8], _ keys: LibraryKeys, _ transport: any Transport
    ) async throws {
        let sealer = SegmentSealer(keys: keys, account: Gallery.account)
        try await SnapshotMaker(store: store, transport: transport, sealer: sealer).make(id: id)
    }

    /// All pieces of a snapshot that the server holds: the manifest, then the chunks.
    func pieces(of snapshot: SnapshotManifest) async throws -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        for index in 0..<snapshot.chunkCount {
            pieces.append(try await transport(0).chunk(index, of: snapshot))
        }
        return pieces
    }

    /// All devices hold the same, have nothing to send and set nothing aside.
    func expectAgreement(
        _ chosen: [Int]? = nil, _ comment: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let chosen = chosen ?? Array(devices.indices)
        let expected = try devices[chosen[0]].contents
        let digest = try self[chosen[0]].storedDigest()
        for index in chosen {
            let comment = Comment(rawValue: "device \(index) \(comment)")
            #expect(
                try devices[index].contents == expected, comment, sourceLocation: sourceLocation)
            #expect(
                try self[index].storedDigest() == digest, comment, sourceLocation: sourceLocation)
            #expect(
                try self[index].pendingChangeCount() == 0, comment, sourceLocation: sourceLocation)
            #expect(
                try self[index].quarantinedSegmentCount() == 0, comment,
                sourceLocation: sourceLocation)
        }
    }
}
