import Foundation
import GRDB
import SyncKit
import TestSupport

/// A few replicas, a server and a lossy network between them, all from one seed.
struct World {
    struct Replica {
        let store: SyncStore
        /// Another program's connection to the same file: plain SQLite, nothing of ours.
        let otherProgram: DatabaseQueue
        let synchronizer: Synchronizer
    }

    struct NoKeys: Error {}

    let time: SimulatedTime
    let server: SimulatedServer
    private(set) var replicas: [Replica] = []
    private var generator: SeededGenerator
    private let folder: TemporaryFolder

    init(seed: UInt64, replicas count: Int) throws {
        time = SimulatedTime(seed: seed)
        server = SimulatedServer(time: time, seed: seed ^ 1)
        generator = SeededGenerator(seed: seed ^ 2)
        folder = try TemporaryFolder()
        for _ in 0..<count { try addReplica() }
    }

    mutating func addReplica() throws {
        let path = folder.path("replica-\(replicas.count).sqlite")
        let skew = Int64(generator.below(20_000)) - 10_000
        let store = try Gallery.open(path, time.environment(skew: skew))
        guard let keys = Gallery.keys() else { throw NoKeys() }
        replicas.append(
            Replica(
                store: store, otherProgram: try DatabaseQueue(path: path),
                synchronizer: Synchronizer(
                    store: store, transport: server.transport(for: replicas.count), keys: keys,
                    account: Gallery.account)))
    }

    /// One random write or one random exchange that may break off.
    mutating func step() async throws {
        time.advance(by: UInt64(generator.below(3000)))
        let replica = replicas[generator.below(replicas.count)]
        if generator.oneIn(4) {
            server.lose(oneIn: 3)
            do {
                _ = try await replica.synchronizer.run()
            } catch is SimulatedLoss {
                // The exchange broke off; the next one goes on from there.
            }
        } else {
            try write(to: replica)
        }
    }

    /// Everybody exchanges, over a network that loses nothing, until nothing is new.
    func settle() async throws {
        server.lose(oneIn: nil)
        for _ in 0..<3 {
            for replica in replicas { _ = try await replica.synchronizer.run() }
        }
    }

    private mutating func write(to replica: Replica) throws {
        let statements = (0...generator.below(3)).map { _ in randomStatement() }
        if generator.oneIn(3) {
            try replica.otherProgram.write { db in
                for statement in statements { try db.execute(sql: statement) }
            }
        } else {
            try replica.store.write { db in
                for statement in statements { try db.execute(sql: statement) }
            }
        }
    }

    private mutating func randomStatement() -> String {
        // Few keys, so that replicas meet in the same rows.
        let key = "x'" + String(repeating: "0", count: 31) + "\(generator.below(8))'"
        let number = generator.below(1000)
        return switch generator.below(9) {
        case 0, 1:
            "INSERT OR REPLACE INTO pictures(id, title, width) VALUES(\(key), 'new \(number)', 1)"
        case 2: "DELETE FROM pictures WHERE id = \(key)"
        case 3: "UPDATE pictures SET title = 'title \(number)' WHERE id = \(key)"
        case 4: "UPDATE pictures SET width = \(number), weight = \(number).5 WHERE id = \(key)"
        case 5: "UPDATE pictures SET data = CAST(x'ff00\(1000 + number)' AS TEXT) WHERE id = \(key)"
        case 6: "UPDATE pictures SET data = NULL, title = title WHERE id >= \(key)"
        case 7: "INSERT INTO tags(picture, tag) VALUES(\(key), 'tag \(number % 5)')"
        default: "DELETE FROM tags WHERE tag = 'tag \(number % 5)'"
        }
    }
}
