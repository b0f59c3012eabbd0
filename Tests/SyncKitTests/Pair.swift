import SyncKit
import TestSupport

/// Two replicas of one library with a server that loses nothing.
struct Pair {
    let time: SimulatedTime
    let server: SimulatedServer
    let first: SyncStore
    let second: SyncStore
    let firstPath: String
    private let folder: TemporaryFolder

    init(firstSkew: Int64 = 0) throws {
        time = SimulatedTime(seed: 11)
        server = SimulatedServer(time: time, seed: 12)
        folder = try TemporaryFolder()
        firstPath = folder.path("first.sqlite")
        first = try Gallery.open(firstPath, time.environment(skew: firstSkew))
        second = try Gallery.open(folder.path("second.sqlite"), time.environment())
    }

    /// Both exchange, twice.
    func exchange() async throws {
        for _ in 0..<2 {
            for store in [first, second] { try await sync(store) }
        }
    }

    @discardableResult
    func sync(_ store: SyncStore) async throws -> SyncReport {
        // Each replica is a device of its own: the horizon goes by devices.
        let device = store === first ? 0 : store === second ? 1 : 2
        return try await Self.synchronizer(store, server.transport(for: device)).run()
    }

    static func synchronizer(
        _ store: SyncStore, _ transport: any Transport
    ) throws -> Synchronizer {
        guard let keys = Gallery.keys() else { throw SimulatedLoss() }
        return Synchronizer(
            store: store, transport: transport, keys: keys, account: Gallery.account)
    }
}
