import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import TestSupport
import Testing

/// The list of one's own reservations.
@Suite("Own reservations")
struct OwnReservationTests {
    // Goal: reservations are listed offline with state and number; a removed work's ends with it,
    // and one that is left can be ended by its number. Method: two works reserved, one removed, the
    // server away in between.
    @Test func aRemovedWorksReservationEnds() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let gone = try library.works.add(try world.picture(3, side: 160)).work
        let kept = try library.works.add(try world.picture(4, side: 160)).work
        #expect(try library.rights.ownReservations().isEmpty)
        let numbers = try await library.rights.reserve([gone.id, kept.id]).compactMap(\.number)
        server.setDown(true)
        let own = try library.rights.ownReservations()
        #expect(own.compactMap(\.number) == numbers.sorted() && own.count == 2)
        #expect(own.allSatisfy { $0.state == .confirmed && !$0.isEnding })
        #expect(Set(own.compactMap(\.work)) == [gone.id, kept.id])
        let removal = try library.withdrawals.remove(gone.id, forGood: true)
        #expect(removal.reservation.map(numbers.contains) == true)
        let ending = try library.rights.ownReservations().filter(\.isEnding)
        #expect(ending.map(\.work) == [nil] && ending.map(\.number) == [removal.reservation])
        server.setDown(false)
        _ = try await library.sync.run()
        let after = try library.rights.ownReservations()
        #expect(after.first { $0.number == removal.reservation }?.isEnding == false)
        let last = try #require(after.first { $0.work == kept.id }?.number)
        let ended = try await library.rights.endReservation(last)
        #expect(ended.sha256 == kept.sha256)
        await #expect(throws: RightsError.noSuchReservation(number: 4711)) {
            try await library.rights.endReservation(4711)
        }
    }

    // Goal: what becomes of a reservation elsewhere is told as it was: a moderator's words, or that
    // another device ended it; before, one that left the list was "refused by a moderator", and the
    // words of a refusal reached nobody.
    @Test(arguments: [ReservationState.refused, .withdrawn, .pending, .confirmed])
    func whatBecomesOfItIsTold(_ state: ReservationState) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try library.works.add(try world.picture(3, side: 160)).work
        server.changeRights { $0.isPending = true }
        _ = try await library.rights.reserve([work.id])
        _ = try await library.sync.run()
        let waiting = try #require(try library.rights.ownReservations().first)
        #expect(waiting.state == .pending && !waiting.isInForce && waiting.words.isEmpty)
        server.changeRights { $0.status = (state, state == .refused ? "Not your picture." : "") }
        _ = try await library.sync.run()
        let told = try #require(try library.rights.ownReservations().first)
        #expect(told.state == state && !told.isInForce && told.number == waiting.number)
        #expect(told.words == (state == .refused ? "Not your picture." : ""))
    }
}
