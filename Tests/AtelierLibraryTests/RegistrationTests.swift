import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

/// The server knows what a model was made of before it countersigns.
@Suite("Registration by a device")
struct RegistrationTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: works and model are registered before the spend is sent, once, and nothing else of
    // them. Method: one generation offline, two syncs; the targets in their order; the traffic.
    @Test func worksAreRegisteredBeforeSpends() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let works = try library.works.all()
        _ = try library.works.edit(works[0].id, title: "Secret heron", note: "unseen note")
        #expect(server.rights.works.count == 2 && server.rights.modelsByDigest.count == 1)
        _ = try library.generate(Self.order)
        server.changeRights { $0.targets = [] }
        let outcome = try await library.sync.run()
        #expect(outcome.settled == 1 && outcome.credits.held == 0)
        _ = try await library.sync.run()
        // Nothing new was registered.
        #expect(Set(server.rights.targets) == ["/v1/ledger"])
        let model = try #require(server.rights.modelsByDigest.values.first)
        #expect(Set(model.works.map(\.description)) == Set(works.map(\.sha256)))
        #expect(server.traffic.firstRange(of: Array("Secret".utf8)) == nil)
        #expect(server.traffic.firstRange(of: Array("unseen".utf8)) == nil)
    }

    // Goal: a spend that the server does not know the works of is held, said in words, and gets its
    // receipt later. Method: a server that cannot take registrations, then can.
    @Test func whatIsNotRegisteredIsHeld() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        server.changeRights { $0.isRefusingRegistrations = true }
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try library.generate(Self.order)
        let held = try await library.sync.run()
        #expect(held.settled == 0 && held.credits.held == 1)
        #expect(held.credits.heldBecause.map(\.reason) == [.unregistered])
        let text = try #require(held.credits.heldBecause.first?.text)
        #expect(text.contains("syncing registers them"))
        server.changeRights { $0.isRefusingRegistrations = false }
        let after = try await library.sync.run()
        #expect(after.settled == 1 && after.credits.held == 0)
    }

    // Goal: a restored server that has forgotten the registrations gets them again, in one sync.
    @Test func aForgetfulServerIsToldAgain() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try library.generate(Self.order)
        server.changeRights {
            $0.works = [:]
            $0.modelsByDigest = [:]
        }
        let outcome = try await library.sync.run()
        #expect(outcome.settled == 1 && server.rights.works.count == 2)
    }

    // Goal: what was made before a work was removed gets its receipt, then the registrations go.
    // Method: generate offline, remove the work, sync; the same on a device that only follows.
    @Test func removedWorksAreWithdrawnAfterSettling() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try #require(library.works.all().first)
        let model = try library.model(named: "m")
        _ = try library.generate(Self.order)
        _ = try library.withdrawals.remove(work.id)
        let outcome = try await library.sync.run()
        #expect(outcome.settled == 1)
        let gone = server.rights.withdrawn.map(\.description)
        #expect(Set(gone) == [work.sha256, model.digest])
        #expect(server.rights.works.count == 1 && server.rights.modelsByDigest.isEmpty)
        server.changeRights { $0.targets = [] }
        _ = try await library.sync.run()
        #expect(!server.rights.targets.contains("/v1/registrations"))
        // Restored and trained again, it is registered again.
        _ = try library.trash.restore(RowID(work.id))
        _ = try library.styles.train("m", from: .all)
        _ = try await library.sync.run()
        #expect(server.rights.works.count == 2 && server.rights.modelsByDigest.count == 1)
    }

    // Goal: a server that was restored from a backup is told again what was withdrawn and what was
    // reserved after it; a certificate says "confirmed" only once it has heard.
    @Test func aRestoredServerIsToldAgain() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let works = try library.works.all()
        let (gone, kept) = (try #require(works.first), try #require(works.last))
        let model = try library.model(named: "m")
        _ = try await library.sync.run()
        _ = try await library.rights.reserve([kept.id])
        _ = try library.withdrawals.remove(gone.id, forGood: true)
        _ = try await library.sync.run()
        #expect(server.rights.withdrawn.count == 2 && server.rights.list.count == 1)
        server.changeRights { rights in
            (rights.withdrawn, rights.list, rights.serial, rights.epoch) = ([], [], 0, 2)
        }
        _ = try await library.sync.run()
        let told = Set(server.rights.withdrawn.map(\.description))
        #expect(told == [gone.sha256, model.digest])
        #expect(server.rights.list.map(\.entry.isInForce) == [true])
        server.changeRights { $0.withdrawn = [] }
        _ = try await library.sync.run()
        #expect(server.rights.withdrawn.isEmpty && server.rights.list.count == 1)
    }

    // Goal: a file that two devices added is registered once; the second device's receipts come all
    // the same, and it doubts nothing. Method: a server that has other contents for a work.
    @Test func aWorkOfTwoDevicesIsRegisteredOnce() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        server.changeRights { $0.conflicts = 1 }
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try library.generate(Self.order)
        let outcome = try await library.sync.run()
        #expect(outcome.settled == 1 && outcome.doubts.isEmpty)
    }

    // Goal: a removal that is undone before the next sync withdraws nothing.
    @Test func anUndoneRemovalWithdrawsNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try #require(library.works.all().first)
        _ = try library.withdrawals.remove(work.id)
        _ = try library.trash.restore(RowID(work.id))
        _ = try library.styles.train("m", from: .all)
        _ = try await library.sync.run()
        #expect(server.rights.withdrawn.isEmpty && server.rights.works.count == 2)
    }

    // Goal: a withheld model is told with its case; once released, the receipt comes by itself.
    @Test func withheldModelsAreTold() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let digest = try #require(Digest(hex: library.model(named: "m").digest))
        _ = try library.generate(Self.order)
        try server.withhold(digest, caseNumber: 3)
        let held = try await library.sync.run()
        #expect(held.settled == 0)
        #expect(held.credits.heldBecause.map(\.reason) == [.withheld])
        #expect(held.letters.map(\.number) == [3])
        #expect(held.letters.map(\.text) == ["A moderator withholds it."])
        try server.withhold(digest, caseNumber: 3, isReleased: true)
        let after = try await library.sync.run()
        #expect(after.settled == 1 && after.letters.map(\.receipts) == [.released])
    }
}
