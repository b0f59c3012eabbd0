import AtelierLibrary
import AtelierProtocol
import Fingerprints
import Foundation
import SignedObjects
import StyleKit
import SyncKitHTTP
import TestSupport
import Testing

/// What somebody else reserved is refused, offline too.
@Suite("Reservations on a device")
struct ReservationTests {
    private static let stranger = AccountID(checked: [UInt8](repeating: 5, count: 16))

    private static func fingerprint(_ file: URL) throws -> Fingerprint {
        try PictureSurvey(of: [UInt8](try Data(contentsOf: file))).fingerprint.fingerprint
    }

    // Goal: a reserved work of somebody else is refused on a device that has been offline since its
    // last sync, as it is and mirrored; others are not; the end of a reservation ends this.
    // Method: a picture on the list; sync; the server goes away; add.
    @Test func aReservedWorkIsRefusedOffline() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let reserved = try world.picture(1, side: 160)
        server.setReservation(17, try Self.fingerprint(reserved), of: Self.stranger)
        for number in 20..<25 {
            let other = try Self.fingerprint(try world.picture(number, side: 160))
            server.setReservation(Int64(number), other, of: nil)
        }
        _ = try await library.sync.run()
        server.setDown(true)
        let error = #expect(throws: RightsError.self) { try library.works.add(reserved) }
        #expect(
            error
                == .reserved(
                    name: reserved.path, number: 17, differingBits: 0, isTraining: false))
        let failure = Failure(try #require(error))
        #expect(failure.kind == .refused && failure.nextStep == .contestReservation)
        #expect(failure.text.contains("reservation 17") && failure.number == 17)
        let picture = try Picture.decode([UInt8](try Data(contentsOf: reserved))).0
        var pixels: [UInt8] = []
        for y in 0..<160 {
            for x in (0..<160).reversed() {
                let start = (y * 160 + x) * 4
                pixels += picture.pixels[start..<start + 4]
            }
        }
        let mirrored = world.folder.url.appending(path: "mirrored.png")
        try Data(try Picture(width: 160, height: 160, pixels: pixels).encodedPNG())
            .write(to: mirrored)
        #expect(throws: RightsError.self) { try library.works.add(mirrored) }
        _ = try library.works.add(try world.picture(4, side: 160))
        server.setDown(false)
        server.setReservation(
            17, try Self.fingerprint(reserved), of: Self.stranger, isInForce: false)
        _ = try await library.sync.run()
        _ = try library.works.add(reserved)
    }

    // Goal: a device that knew an empty list takes the list of a restored server.
    @Test func anEmptyListIsFollowedByAnother() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try await library.sync.run()
        server.changeRights { $0.epoch = 2 }
        #expect(try await library.sync.run().doubts.isEmpty)
        let reserved = try world.picture(1, side: 160)
        server.setReservation(17, try Self.fingerprint(reserved), of: Self.stranger)
        #expect(try await library.sync.run().doubts.isEmpty)
        #expect(throws: RightsError.self) { try library.works.add(reserved) }
    }

    // Goal: a work that was added before it was reserved is not trained on; the artist's own
    // reservation stops nobody but others. Method: reserve by the artist, and by a stranger.
    @Test func trainingChecksTheList() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let mine = try library.works.add(try world.picture(3, side: 160)).work
        let other = try library.works.add(try world.picture(4, side: 160)).work
        let reserved = try await library.rights.reserve([mine.id])
        #expect(reserved.map(\.state) == [.confirmed] && reserved.allSatisfy(\.reason.isEmpty))
        #expect(try library.rights.reservationNumber(of: mine.id) == reserved.first?.number)
        #expect(try library.rights.reservationNumber(of: other.id) == nil)
        _ = try library.styles.train("own", from: .chosen([mine.id]))
        server.setReservation(
            9, try Self.fingerprint(try world.picture(4, side: 160)), of: Self.stranger)
        _ = try await library.sync.run()
        let error = #expect(throws: RightsError.self) {
            try library.styles.train("others", from: .chosen([mine.id, other.id]))
        }
        guard case .reserved(let name, let number, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == "The work \"picture-4\"" && number == 9)
        let ended = try await library.rights.reserve([mine.id], .withdraw)
        #expect(ended.map(\.state) == [.withdrawn])
    }

    // Goal: a list that the server cannot have made is refused, told, and changes nothing.
    // Method: each lie once, on a device that knows a list of three; then the truth again.
    @Test func hostileListsAreRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let pictures = try (3...5).map { try Self.fingerprint(try world.picture($0, side: 160)) }
        for (index, print) in pictures.enumerated() {
            server.setReservation(Int64(index + 1), print, of: nil)
        }
        _ = try await library.sync.run()
        let before = try Self.list(of: library)
        #expect(before.split(separator: "\n").count == 3)
        let entry = ReservationEntry(
            number: 50, isInForce: true, account: nil, fingerprint: pictures[0])
        let (key, now) = (server.key, world.now)
        let lies: [@Sendable (Int64) throws -> ReservationPage] = [
            {
                try LocalServer.page(
                    [entry], after: $0, through: $0 + 1, last: $0 + 1,
                    signedBy: SigningKey(), now: now)
            },
            {
                try LocalServer.page(
                    [], after: $0, through: $0, last: $0 - 1, signedBy: key,
                    now: now)
            },
            {
                try LocalServer.page(
                    [entry], after: $0 - 1, through: $0 + 1, last: $0 + 1,
                    signedBy: key, now: now)
            },
            {
                try LocalServer.page(
                    [], after: $0, through: $0, last: $0 + 5, signedBy: key,
                    now: now)
            },
            {
                try LocalServer.page(
                    [entry], after: $0, through: $0, last: $0, signedBy: key,
                    now: now)
            },
            {
                try LocalServer.page(
                    [entry], after: $0, through: $0 + 9, last: $0 + 1,
                    signedBy: key, now: now)
            },
            {
                try LocalServer.page(
                    [], after: $0, through: $0, last: $0, epoch: 0,
                    signedBy: key, now: now)
            },
        ]
        for (number, lie) in lies.enumerated() {
            server.setTamper { message, reply in
                guard message.target.hasPrefix("/v1/reservations") else { return reply }
                return try server.reply(try lie(Int64(LocalServer.start(of: message))))
            }
            let outcome = try await library.sync.run()
            #expect(outcome.doubts.map(\.code) == [.reservationsRefused], "lie \(number)")
            #expect(try Self.list(of: library) == before, "lie \(number)")
        }
        server.setTamper(nil)
        #expect(try await library.sync.run().doubts.isEmpty)
    }

    // Goal: more entries than a list may hold are refused. Method: pages without an end.
    @Test func anEndlessListIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let print = try Self.fingerprint(try world.picture(3, side: 160))
        let (key, now) = (server.key, world.now)
        server.setTamper { message, reply in
            guard message.target.hasPrefix("/v1/reservations") else { return reply }
            let start = Int64(LocalServer.start(of: message))
            let entries = (start + 1...start + Int64(RightsLimits.entriesPerPage)).map {
                ReservationEntry(number: $0, isInForce: true, account: nil, fingerprint: print)
            }
            let end = start + Int64(entries.count)
            return try server.reply(
                try LocalServer.page(
                    entries, after: start, through: end, last: end + 1, signedBy: key, now: now))
        }
        let outcome = try await library.sync.run()
        #expect(outcome.doubts.map(\.code) == [.reservationsRefused])
        let count = try Shell.sqlite(
            library.folder.database.path, "SELECT count(*) FROM reservations")
        let kept = try #require(Int(count.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kept <= RightsLimits.reservations)
    }

    // Goal: a restored server's list replaces the one before.
    @Test func aRestoredServersListIsTaken() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        for number in 3...6 {
            server.setReservation(
                Int64(number), try Self.fingerprint(try world.picture(number, side: 160)), of: nil)
        }
        _ = try await library.sync.run()
        server.changeRights { rights in
            rights.epoch = 2
            rights.list.removeLast(2)
            rights.serial = 2
        }
        #expect(try await library.sync.run().doubts.isEmpty)
        #expect(try Self.list(of: library).split(separator: "\n").count == 2)
    }

    // Goal: an epoch that lies far ahead is refused, and honest ones after it are taken.
    @Test func anEpochFarAheadIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.setReservation(
            3, try Self.fingerprint(try world.picture(3, side: 160)), of: nil)
        server.changeRights { $0.epoch = NumberRange.count.upperBound }
        #expect(try await !library.sync.run().doubts.isEmpty)
        #expect(try Self.list(of: library).isEmpty)
        server.changeRights { $0.epoch = 2 }
        #expect(try await library.sync.run().doubts.isEmpty)
        #expect(try Self.list(of: library).split(separator: "\n").count == 1)
    }

    private static func list(of library: Library) throws -> String {
        try Shell.sqlite(
            library.folder.database.path,
            "SELECT number, hex(tag), hex(fingerprint) FROM reservations ORDER BY number")
    }
}
