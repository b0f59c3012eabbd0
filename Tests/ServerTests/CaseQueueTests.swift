import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// What moderators' lists cost, and what may be wrong with the rows beside the events.
struct CaseQueueTests {
    // Goal: no list, page or decision reads every case there ever was.
    // Method: all of it is run, and SQLite says how it answers each statement about cases.
    @Test func everyStatementHasAnIndex() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let statements = try await server.tracing {
                let code = try await TestDevice.claim(picture, client)
                _ = try await TestDevice.status(code, client)
                _ = try await artist.cases(client)
                let core = server.core.cases
                for filter in [
                    CaseFilter(), CaseFilter(all: true), CaseFilter(state: .appealed),
                    CaseFilter(kind: .claim), CaseFilter(all: true, kind: .claim),
                    CaseFilter(all: true, account: artist.account),
                ] { _ = try core.list(filter) }
                _ = try core.dossier(1)
                try core.decide(1, TestServer.verdict(.dismiss), as: "mia")
                try core.undo(1, text: "Sorry.", as: "mia")
                _ = try await TestDevice.claim(picture.copy(differingIn: 3), client)
                _ = try core.dossier(2)
                _ = try server.core.claims.list()
                _ = try await TestDevice.hold([picture], client)
                _ = try server.core.reservations.list()
                #expect(throws: ServerError.self) {
                    try server.core.reservations.decide([1], confirming: true, text: "", as: "mia")
                }
                server.advance(by: .seconds(91 * 86_400))
                try await server.core.retention.tidy()
            }
            let ofCases = Set(statements.filter { $0.contains("moderation_case") })
            #expect(ofCases.count > 10)
            for sql in ofCases where !sql.hasPrefix("INSERT") {
                let plan = try server.database.run("EXPLAIN QUERY PLAN \(sql)")
                let scans = plan.split(separator: "\n").filter { line in
                    ["SCAN moderation_case", "SCAN m"].contains { line.hasSuffix($0) }
                }
                #expect(scans.isEmpty, "\(sql)\n\(plan)")
            }
        }
    }

    // Goal: a list is of one account's cases alone where that is asked for.
    @Test func aListOfOneAccount() async throws {
        let server = try TestServer()
        try await server.run { client in
            let (one, other) = (
                try await TestDevice.joined(to: server, client),
                try await TestDevice.joined(to: server, client)
            )
            for (artist, seed) in [(one, UInt64(1)), (other, 2)] {
                let picture = try TestPicture(seed: seed)
                _ = try await artist.register(picture, client)
                _ = try await TestDevice.claim(picture, client)
            }
            let cases = try server.core.cases.list(CaseFilter(account: other.account))
            #expect(cases.map(\.record.respondent?.account) == [other.account])
            #expect(try server.core.cases.list().count == 2)
        }
    }
}

@Suite(.onBothDatabases)
struct CaseDoctorTests {
    /// Something wrong with a case, and words of what the doctor says of it.
    private static let faults = [
        ("UPDATE moderation_case SET state = 'final' WHERE id = 1", "its row says state final"),
        ("UPDATE moderation_case SET waits_for = 'claimant' WHERE id = 1", "waiting for claimant"),
        ("UPDATE moderation_case SET act = 'suspend' WHERE id = 1", "its row says decision susp"),
        ("UPDATE moderation_case SET decider = 'max' WHERE id = 1", "its row says decider max"),
        ("UPDATE moderation_case SET changed = changed + 1 WHERE id = 1", "says last change"),
        (event(5, "'decided'", "'mia'"), "its event 4 is missing"),
        (event(4, "'decided'", "'max'"), "its event 4, decided by max, cannot follow"),
        (event(4, "'appealed'", "'respondent'"), "its events appealed"),
        ("DELETE FROM moderation_case WHERE id = 1", "its row is gone"),
        ("DROP TRIGGER", "a decider from settling an appeal, is gone"),
    ]

    private static func event(_ number: Int, _ kind: String, _ actor: String) -> String {
        """
        INSERT INTO case_event (case_id, number, time, kind, actor, side, act, code, words,
            claimant_words, respondent_words)
        VALUES (1, \(number), 1, \(kind), \(actor), 'respondent', 'warn', '', '', '', '')
        """
    }

    // Goal: what is kept beside the events, and events that cannot follow each other, are found;
    // nothing is found where all is well.
    // Method: each fault is written by the database's own program into a copy of one case.
    @Test func everyCaseIsFolded() async throws {
        for (sql, words) in Self.faults {
            let server = try TestServer()
            try server.addModerators()
            try await server.run { client in
                let artist = try await TestDevice.joined(to: server, client)
                let picture = try TestPicture(seed: 1)
                _ = try await artist.register(picture, client)
                _ = try await TestDevice.claim(picture, client)
                try server.core.cases.note(1, text: "Looks alike.", as: "rae")
                try server.core.cases.decide(1, TestServer.verdict(.warn), as: "mia")
                #expect(try Self.findings(server) == [])
                let isPostgres = TestDatabase.kind == .postgres
                try server.write(
                    sql == "DROP TRIGGER"
                        ? "DROP TRIGGER appeal_by_another\(isPostgres ? " ON case_event" : "")"
                        : sql)
                let found = try Self.findings(server)
                #expect(found.contains { $0.contains(words) }, "\(sql): \(found)")
            }
        }
    }

    private static func findings(_ server: TestServer) throws -> [String] {
        let doctor = Doctor(
            folder: server.folder.url, database: try server.database.address, now: server.now)
        return try doctor.examine().checks.first { $0.name == "cases" }?.findings ?? ["no check"]
    }
}

@Suite(.onBothDatabases)
struct RetentionTests {
    // Goal: how a claimant is reached is forgotten when their cases have ended for long and nobody
    // can appeal any more; not before, and not while one of their cases goes on.
    @Test func contactsAreForgotten() async throws {
        try await TestServer.moderated { server, client in
            for seed in UInt64(1)...2 {
                let artist = try await TestDevice.joined(to: server, client)
                _ = try await artist.register(try TestPicture(seed: seed), client)
                let code = try await TestDevice.claim(try TestPicture(seed: seed), client)
                let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
                let sent = try await TestDevice.ask(
                    .put, "/v1/rights/claims/\(code)/picture", client, body: png)
                #expect(sent.status < 300)
            }
            try server.core.cases.decide(1, TestServer.verdict(.warn), as: "mia")
            server.advance(by: .seconds((30 + 90) * 86_400))
            #expect(try await server.core.retention.forgetContacts() == 0)
            server.advance(by: .seconds(1))
            #expect(try await server.core.retention.forgetContacts() == 1)
            #expect(try await server.core.retention.forgetContacts() == 0)
            let claims = try server.core.claims.list().map(\.claim)
            #expect(claims.map(\.contact) == ["ada@example.org", ""])
            #expect(claims[1].links.isEmpty && claims[1].pictureBytes == nil)
            #expect(claims[1].statement == "I drew it." && !claims[1].isWithdrawn)
            #expect(try server.core.audit.verify().holds)
        }
    }

    // Goal: a holder's contact goes with the last of their reservations.
    @Test func holdersAreForgotten() async throws {
        try await TestServer.moderated { server, client in
            var codes: [RightsCode] = []
            for seed in UInt64(1)...3 {
                let request = HolderReservationRequest(
                    pictures: [try TestPicture(seed: seed).reading], contact: "bo@example.org",
                    link: "https://bo.example")
                let reply = try await TestDevice.ask("/v1/rights/reservations", request, client)
                codes.append(try reply.decode(RightsCodeReply.self).code)
            }
            func contacts() throws -> Int {
                try server.count("reservation_holder WHERE contact <> '' OR link <> ''")
            }
            let withdrawn = try await TestDevice.ask(
                "/v1/rights/reservations/\(codes[0])/withdrawal", [String: String](), client)
            #expect(withdrawn.status == 200)
            #expect(try contacts() == 2)
            try server.core.reservations.decide([2], confirming: false, text: "No.", as: "mia")
            try server.core.reservations.decide([3], confirming: true, text: "", as: "mia")
            server.advance(by: .seconds(91 * 86_400))
            #expect(try await server.core.retention.forgetContacts() == 1)
            #expect(try contacts() == 1)
        }
    }
}
