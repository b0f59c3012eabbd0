import AtelierLibrary
import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

struct ReturnedLeaseTests {
    // Goal: a database from a backup, on a machine whose clock is set back with it, brings no lease
    // back to life that was given back.
    // Method: copy the database, let the leases end and be returned, put the copy and the old time
    // back, with no network.
    @Test func aReturnedLeaseCannotBeSpentFromABackup() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let start = world.now
        let home = world.home("desk")
        let backup = world.folder.url.appending(path: "backup.sqlite")
        do {
            let library = try await world.joinedLibrary("desk", at: server)
            #expect(try library.wallet.credits().usable == 2)
            try Shell.sqlite(home.database.path, "VACUUM INTO '\(backup.path)'")
            world.advance(by: .seconds(31 * 86_400))
            // The first contact gives the old leases back; new ones come.
            _ = try await library.sync.run()
            #expect(try library.wallet.credits().usable == 2)
        }
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: home.database.path + suffix)
        }
        try FileManager.default.copyItem(at: backup, to: home.database)
        server.setDown(true)
        let past = try Library(
            opening: home,
            environment: world.environment(server: server, skew: start - world.now))
        #expect(try past.wallet.credits().usable == 0)
        #expect(throws: GenerationError.self) {
            try past.generate(NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        }
        server.setDown(false)
        let present = try Library(opening: home, environment: world.environment(server: server))
        _ = try await present.sync.run()
        #expect(try present.wallet.credits().usable == 2)
        #expect(server.spent == 0)
    }
}
