import AtelierLibrary
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
        _ = try await wrong.sync()
        let right = try Library(
            opening: library.folder, environment: world.environment(server: server))
        if years > 0 { #expect(try right.refusal() == nil) }
        _ = try await right.sync()
        #expect(try right.refusal() == nil)
    }
}
