import AtelierProtocol
import AtelierServer
import Fingerprints
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct ReservationTests {
    // Goal: an artist's own registered work is reserved at once, is on the signed list, and leaves
    // it when that ends; nothing else can be reserved.
    @Test func artistsReserveTheirOwn() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let work = try await artist.register(picture, client)
            let plain = try await artist.register(
                try TestPicture(seed: 2, quality: 49), client, "fog")
            let unknown = Digest(of: "unknown")
            let entries = try await artist.reserve([work, plain, unknown], client)
            #expect(entries.map(\.state) == [.confirmed, nil, nil])
            #expect(entries.map(\.refusal) == [nil, .tooLittleDetail, .notRegistered])
            #expect(try await artist.reserve([work], client)[0].number == entries[0].number)
            let list = try await other.list(client)
            #expect(list.entries.map(\.fingerprint) == [picture.reading.fingerprint])
            #expect(list.entries[0].isOwned(by: artist.account))
            #expect(!list.entries[0].isOwned(by: other.account))
            #expect(list.head.last == 1 && list.head.through == 1)
            #expect(try await other.list(after: 1, client).entries.isEmpty)

            #expect(try await other.reserve([work], client, .withdraw)[0].refusal == .notRegistered)
            #expect(try await artist.reserve([work], client, .withdraw)[0].state == .withdrawn)
            let change = try await other.list(after: 1, client)
            #expect(change.entries.map(\.isInForce) == [false] && change.head.last == 2)
            #expect(try await other.list(client).entries.isEmpty)
            #expect(try await artist.reserve([work], client)[0].state == .confirmed)
            #expect(try await other.list(after: 2, client).entries.map(\.number) == [1])
        }
    }

    // Goal: what a purged account reserved ends, and clients are told.
    @Test func aPurgeEndsReservations() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let reader = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await artist.reserve([work], client)
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "t")
            #expect(try await reader.list(after: 1, client).entries.map(\.isInForce) == [false])
            #expect(try await reader.list(client).entries.isEmpty)
        }
    }

    // Goal: a purge ends the cases about what it ends, and tells the other side; one stayed open
    // for ever.
    @Test func aPurgeEndsTheCasesAboutThem() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await artist.reserve([work], client)
            _ = try await other.post(
                "/v1/reservations/1/contests", ContestRequest(text: "No."), client)
            #expect(try server.core.cases.list(CaseFilter()).map(\.state) == [.open])
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "t")
            #expect(try server.core.cases.list(CaseFilter()).isEmpty)
            let file = try await other.send(.get, "/v1/cases/1", client).decode(CaseFile.self)
            #expect(file.state == .final)
        }
    }

    // Goal: an account learns how its reservations stand, with what a moderator wrote, and the
    // question changes nothing and is not counted.
    @Test func aQuestionChangesNothing() async throws {
        var policy = ServerPolicy()
        policy.reservationsPerDay = 2
        try await TestServer.moderated(policy: policy) { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            func ask(_ asking: TestDevice) async throws -> ReservationReply.Entry {
                try await asking.reserve([work], client, .status)[0]
            }
            #expect(try await ask(artist).state == nil)
            #expect(try server.core.reservations.list(nil).reservations.isEmpty)
            _ = try await artist.reserve([work], client)
            for _ in 0..<3 { #expect(try await ask(artist).state == .confirmed) }
            #expect(try await ask(other).state == nil)
            try server.core.reservations.decide(
                [1], confirming: false, text: "It is a photograph of others.", as: "mia")
            let entry = try await ask(artist)
            #expect(entry.state == .refused && entry.refusal == .refused && entry.number == 1)
            #expect(entry.text == "It is a photograph of others.")
            #expect(try await artist.reserve([work], client)[0] == entry)
            #expect(throws: ServerError.self) {
                try server.core.reservations.decide(
                    [1], confirming: false, text: "\u{1B}[2J", as: "mia")
            }
        }
    }

    // Goal: a reservation that another device signed, or that was changed, is refused.
    @Test func reservationsAreSigned() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let request = ReservationRequest(
                account: artist.account, device: artist.device, act: .reserve,
                works: [Digest(of: "a")], time: server.now)
            for key in [other.key, artist.key] {
                let body = ReservationSubmission(
                    request: try JWS(signing: request, with: key).compact)
                #expect(try await other.post("/v1/reservations", body, client).status == 400)
            }
        }
    }

    // Goal: a holder without an account asks, a moderator confirms or refuses, the holder reads it
    // and withdraws it; what waits is on no list.
    @Test func holdersReserveThroughModerators() async throws {
        try await TestServer.moderated { server, client in
            let reader = try await TestDevice.joined(to: server, client)
            let pictures = try (1...3).map { try TestPicture(seed: $0).reading }
            let request = HolderReservationRequest(
                pictures: pictures, contact: "ada@example.org", link: "https://ada.example")
            let asked = try await TestDevice.ask("/v1/rights/reservations", request, client)
            let code = try asked.decode(RightsCodeReply.self).code
            #expect(try !server.database.contents.contains(code.description))
            #expect(try await reader.list(client).entries.isEmpty)
            let listing = try server.core.reservations.list()
            #expect(listing.reservations.map(\.number) == [1, 2, 3])
            #expect(listing.holders[1]?.contact == "ada@example.org")
            #expect(throws: ServerError.notAllowed(name: "rae", needs: .moderator)) {
                try server.core.reservations.decide([1], confirming: true, text: "", as: "rae")
            }
            try server.core.reservations.decide([1, 2], confirming: true, text: "", as: "mia")
            try server.core.reservations.decide([3], confirming: false, text: "Blurred.", as: "mia")
            #expect(throws: ServerError.self) {
                try server.core.reservations.decide([1], confirming: false, text: "", as: "max")
            }
            #expect(try await reader.list(client).entries.map(\.number) == [1, 2])
            let target = "/v1/rights/reservations/\(code)"
            let read = try await TestDevice.ask(.get, target, client)
                .decode(HolderReservations.self)
            #expect(read.entries.map(\.state) == [.confirmed, .confirmed, .refused])
            #expect(read.entries[2].text == "Blurred.")
            let gone = try await TestDevice.ask("\(target)/withdrawal", [String: String](), client)
                .decode(HolderReservations.self)
            #expect(gone.entries.map(\.state) == [.withdrawn, .withdrawn, .refused])
            #expect(
                try await reader.list(after: 2, client).entries.map(\.isInForce) == [false, false])
            let unknown = RightsCode(checked: [UInt8](repeating: 1, count: 16))
            for path in ["\(unknown)", "\(unknown)/withdrawal"] {
                let method = path.hasSuffix("l") ? "POST" : "GET"
                let reply = try await TestDevice.ask(
                    method == "POST" ? .post : .get, "/v1/rights/reservations/\(path)", client)
                #expect(reply.problem == .notFound)
            }
        }
    }

    // Goal: who registers somebody's public work, and reserves it, stops nobody: the reservation
    // waits, and the two registrations and the reservation are one case.
    @Test func aThiefsReservationWaits() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let thief = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let stolen = try await thief.register(try picture.copy(differingIn: 8), client)
            server.advance(by: .seconds(1))
            let work = try await artist.register(picture, client, "own")
            let entry = try await thief.reserve([stolen], client)[0]
            #expect(entry.state == .pending)
            #expect(try await artist.reserve([work], client)[0].state == .pending)
            #expect(try await thief.list(client).entries.isEmpty)
            let cases = try server.core.cases.list()
            #expect(cases.count == 1 && cases[0].record.kind == .match)
            // Who was first is the claimant, which says nothing about who is right.
            #expect(cases[0].record.claimant?.account == thief.account)
            let number = try #require(entry.number)
            try server.core.reservations.decide([number], confirming: false, text: "", as: "mia")
            #expect(try await thief.reserve([stolen], client)[0].refusal == .refused)
            try server.core.reservations.decide(
                [number + 1], confirming: true, text: "", despite: [1], as: "mia")
            #expect(try await thief.list(client).entries.map(\.number) == [number + 1])
        }
    }

    // Goal: a holder's reservation of a registered work is put on the list, or refused, by the
    // decision of its case; undoing restores it.
    @Test func aCaseDecidesAboutAReservation() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let holder = HolderReservationRequest(
                pictures: [try picture.copy(differingIn: 9).reading], contact: "c", link: nil)
            let asked = try await TestDevice.ask("/v1/rights/reservations", holder, client)
            #expect(asked.status == 201)
            let record = try #require(try server.core.cases.list().first).record
            #expect(record.claimant?.kind == .reservation && record.reservation == 1)
            #expect(record.respondent?.account == artist.account)
            for (act, count) in [(CaseAct.confirmReservation, 1), (.refuseReservation, 0)] {
                try server.core.cases.decide(record.id, TestServer.verdict(act), as: "mia")
                #expect(try await artist.list(client).entries.count == count)
                try server.core.cases.undo(record.id, text: "Wrong.", as: "mia")
                #expect(try await artist.list(client).entries.isEmpty)
                #expect(try server.core.reservations.list().reservations.count == 1)
            }
        }
    }

    // Goal: an account that a reservation stops can contest it, once; who made it reads why.
    @Test func reservationsCanBeContested() async throws {
        try await TestServer.moderated { server, client in
            let holder = try await TestDevice.joined(to: server, client)
            let artist = try await TestDevice.joined(to: server, client)
            let work = try await holder.register(try TestPicture(seed: 1), client)
            let number = try #require(try await holder.reserve([work], client)[0].number)
            let contest = ContestRequest(text: "I drew this in 2019.")
            let target = "/v1/reservations/\(number)/contests"
            let opened = try await artist.post(target, contest, client)
            #expect(opened.status == 201)
            let id = try opened.decode(CaseNumber.self).number
            #expect(
                try await artist.post(target, contest, client).decode(CaseNumber.self).number == id)
            #expect(try await holder.post(target, contest, client).problem == .notFound)
            #expect(
                try await artist.post("/v1/reservations/99/contests", contest, client).problem
                    == .notFound)
            #expect(
                try await holder.cases(client)[0].letters.map(\.text) == ["I drew this in 2019."])
            try server.core.cases.decide(
                id, TestServer.verdict(.refuseReservation), as: "mia")
            #expect(try await artist.list(after: 1, client).entries.map(\.isInForce) == [false])
            #expect(try await artist.post(target, contest, client).problem == .notFound)
        }
    }

    // Goal: neither a holder nor an account floods the moderators or the list.
    @Test func floodsAreStopped() async throws {
        var policy = ServerPolicy()
        policy.holderRequestsPerDay = 3
        policy.reservationsPerDay = 4
        policy.contestsPerDay = 2
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let holder = HolderReservationRequest(
                pictures: [try TestPicture(seed: 1).reading], contact: "c", link: nil)
            var statuses: [Int] = []
            for _ in 1...4 {
                statuses.append(
                    try await TestDevice.ask("/v1/rights/reservations", holder, client).status)
            }
            #expect(statuses == [201, 201, 201, 429])
            #expect(try server.core.reservations.list().reservations.count == 3)
            _ = try await artist.reserve((0..<4).map { Digest(of: "\($0)") }, client)
            let more = ReservationRequest(
                account: artist.account, device: artist.device, act: .reserve,
                works: [Digest(of: "x")], time: server.now)
            let body = ReservationSubmission(
                request: try JWS(signing: more, with: artist.key).compact)
            #expect(try await artist.post("/v1/reservations", body, client).status == 429)
            let contest = ContestRequest(text: "No.")
            for status in [201, 201, 429] {
                let reply = try await artist.post("/v1/reservations/1/contests", contest, client)
                #expect(reply.status == status)
            }
            server.advance(by: .seconds(86_400))
            #expect(try await artist.post("/v1/reservations", body, client).status == 200)
        }
    }

    // Goal: pages follow each other without a gap, whatever changes in between.
    @Test func pagesFollowEachOther() async throws {
        try await TestServer.moderated { server, client in
            let reader = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1).reading
            for _ in 0..<2 {
                let holder = HolderReservationRequest(
                    pictures: [FingerprintReading](
                        repeating: picture, count: RightsLimits.fingerprintsPerRequest),
                    contact: "c", link: nil)
                let asked = try await TestDevice.ask("/v1/rights/reservations", holder, client)
                #expect(asked.status == 201)
            }
            let numbers = (1...Int64(2 * RightsLimits.fingerprintsPerRequest)).map { $0 }
            try server.core.reservations.decide(numbers, confirming: true, text: "", as: "mia")
            var (after, seen): (Int64, [Int64]) = (0, [])
            while true {
                let page = try await reader.list(after: after, client)
                #expect(page.head.after == after && page.head.through >= after)
                seen += page.entries.map(\.number)
                after = page.head.through
                if page.head.through == page.head.last { break }
            }
            #expect(seen == numbers)
        }
    }
}

/// A server that was set back to a backup.
struct RestoredReservationTests {
    // Goal: a client learns from the list's head alone that it holds entries which the server lost.
    // Method: a backup, one more reservation, the backup again.
    @Test func aRestoreShows() async throws {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        let (work, other) = (Digest(of: "a"), Digest(of: "b"))
        let backup = try await server.run { client in
            _ = try await artist.join(client)
            let works = [
                try await artist.register(try TestPicture(seed: 1), client, "a"),
                try await artist.register(try TestPicture(seed: 2), client, "b"),
            ]
            #expect(works == [work, other])
            _ = try await artist.reserve([work], client)
            let backup = try server.backup("before.sqlite")
            _ = try await artist.reserve([other], client)
            let head = try await artist.list(client).head
            #expect(head.last == 2 && head.epoch == 1)
            return backup
        }
        let restored = try server.restored(from: backup)
        _ = try restored.core.epochs.raise(actor: "test")
        try await restored.run { client in
            let device = TestDevice(artist, at: restored)
            let head = try await device.list(after: 2, client).head
            #expect(head.last == 1 && head.epoch > 1)
            #expect(try await device.list(client).entries.count == 1)
        }
    }
}
