import AtelierLibrary
import CreditLedger
import SignedObjects
import TestSupport
import Testing

struct WrongYearTests {
    // Goal: one sync with a clock in another age locks nobody out.
    // Method: join with the right clock, sync once with a wrong one, then go on with the right one:
    // at once, and after a sync.
    @Test(arguments: [73, 24, -56])
    func oneSyncInAWrongYearHeals(years: Int) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("tablet", at: server)
        let skew = Duration.seconds(years * 366 * 86_400)
        let wrong = try Library(
            opening: library.folder, environment: world.environment(server: server, skew: skew))
        _ = try await wrong.sync.run()
        let right = try Library(
            opening: library.folder, environment: world.environment(server: server))
        if years > 0 { #expect(try right.wallet.refusal() == nil) }
        _ = try await right.sync.run()
        #expect(try right.wallet.refusal() == nil)
    }

    // Goal: a ledger whose time lies ahead after the server's clock was wrong is named by the
    // doctor, blocks until it is mended, and one sync heals it then.
    @Test func aLedgerAheadIsNamedAndHeals() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("tablet", at: server)
        server.setClock(ahead: .seconds(20 * 3600))
        _ = try await library.sync.run()
        server.setClock(ahead: .zero)
        _ = try await library.sync.run()
        #expect(try library.wallet.refusal() != nil)
        let told = try clockTexts(library)
        #expect(told.count == 1 && told[0].contains("atelier-server service clock"), "\(told)")
        #expect(told.allSatisfy { $0.contains("19 hours ahead") || $0.contains("20 hours ahead") })
        server.setTimeBack()
        _ = try await library.sync.run()
        #expect(try library.wallet.refusal() == nil && clockTexts(library) == [])
    }

    // Goal: credits that were lent 400 days ahead are exchanged by the first sync after the repair,
    // and can be used at once.
    @Test func creditsLentAheadAreExchanged() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        server.setClock(ahead: .seconds(400 * 86_400))
        let library = try await world.joinedLibrary("tablet", at: server)
        #expect(try library.wallet.credits().usable == 2)
        server.setClock(ahead: .zero)
        server.setTimeBack()
        _ = try await library.sync.run()
        let credits = try library.wallet.credits()
        #expect(credits.usable == 2 && credits.free == 0)
        let until = try #require(credits.usableUntil)
        #expect(until - world.now < .seconds(31 * 86_400))
        #expect(try library.wallet.refusal() == nil && clockTexts(library) == [])
    }

    // Goal: a server that steps far ahead is refused also by a device whose own clock is wrong: the
    // clock that cannot be set tells.
    @Test func aStepIsSeenByTheClockThatCannotBeSet() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let wrong = world.environment(server: server, skew: .seconds(-5 * 3600))
        let library = try await world.joinedLibrary("tablet", at: server, environment: wrong)
        server.setClock(ahead: .seconds(400 * 86_400))
        await #expect(throws: (any Error).self) { try await library.sync.run() }
        server.setClock(ahead: .zero)
        server.setTimeBack()
        _ = try await library.sync.run()
        #expect(try library.wallet.refusal() == nil)
    }

    // Goal: a clock that was set since the last sync is named, and corrected by `doctor --repair`.
    @Test(arguments: [-50, 50])
    func aClockThatWasSetIsCorrected(hours: Int) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("tablet", at: server)
        _ = try await library.sync.run()
        let set = try Library(
            opening: library.folder,
            environment: world.environment(server: server, skew: .seconds(hours * 3600)))
        let told = try clockTexts(set)
        #expect(told.count == 1 && told[0].contains("was set since"), "\(told)")
        let repaired = try set.doctor.examine(repairs: true).findings.filter { $0.code == .clock }
        #expect(repaired.map(\.isRepaired) == [true])
        #expect(abs(try set.status().clockOffsetMs + hours * 3_600_000) < 60_000)
        #expect(try set.wallet.refusal() == nil)
        #expect(try !clockTexts(set).contains { $0.contains("was set since") })
    }

    private func clockTexts(_ library: Library) throws -> [String] {
        try library.doctor.examine().findings.filter { $0.code == .clock }.map(\.text)
    }
}
