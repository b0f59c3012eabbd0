import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct AuditTests {
    private func act(_ server: TestServer, _ count: Int) throws {
        for _ in 0..<count {
            _ = try server.core.invites.create(count: 1, lifetime: .seconds(60), actor: "ann")
        }
    }

    /// What somebody with the database's own rights does, past the triggers.
    private func forge(_ server: TestServer, _ sql: String) throws {
        switch server.database {
        case .sqlite: try server.write("DROP TRIGGER audit_stays; DROP TRIGGER audit_grows; \(sql)")
        case .postgres, .own: try server.write("ALTER TABLE audit DISABLE TRIGGER ALL; \(sql)")
        }
    }

    // Goal: a log that nobody touched holds, and says so again after more was written.
    // Method: verify, note the head, write on, verify with the noted one and with a wrong one.
    @Test func anUntouchedLogHolds() throws {
        let server = try TestServer()
        #expect(try server.core.audit.verify().holds)
        try act(server, 5)
        let first = try server.core.audit.verify()
        #expect(first.holds && first.rows == 5)
        try act(server, 5)
        let second = try server.core.audit.verify(noted: first.head)
        #expect(second.holds && second.rows == 10 && second.holdsNoted == true)
        #expect(try !server.core.audit.verify(noted: Digest(of: "other")).holds)
    }

    // Goal: every way to touch the log shows.
    // Method: change each column of a row, take rows out in the middle and at the end, put one in.
    @Test(arguments: [
        ("UPDATE audit SET reason = 'x' WHERE id = 3", Int64(3)),
        ("UPDATE audit SET actor = 'bob' WHERE id = 1", 1),
        ("UPDATE audit SET action = 'x' WHERE id = 5", 5),
        ("UPDATE audit SET detail = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET time = time + 1 WHERE id = 2", 2),
        ("UPDATE audit SET hash = NULL WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("DELETE FROM audit WHERE id = 5", nil),
        ("DELETE FROM audit WHERE id > 3", nil),
        ("DELETE FROM audit", nil),
        (
            "INSERT INTO audit (time, actor, action, reason, detail) VALUES (1, 'a', 'b', '', '')",
            6
        ),
    ])
    func everyTouchShows(sql: String, brokenAt: Int64?) throws {
        let server = try TestServer()
        try act(server, 5)
        try forge(server, sql)
        let verdict = try server.core.audit.verify()
        #expect(!verdict.holds && verdict.brokenAt == brokenAt, "\(verdict)")
        #expect(verdict.isCutShort == (brokenAt == nil))
    }

    // Goal: rows from before the chain are covered by it from the first new row on.
    // Method: take the links away as an upgrade finds them, write on, then change an old row.
    @Test func rowsFromBeforeTheChainAreCovered() throws {
        let server = try TestServer()
        try act(server, 3)
        try forge(server, "UPDATE audit SET hash = NULL; UPDATE audit_head SET hash = NULL")
        #expect(try server.core.audit.verify().holds)
        try act(server, 2)
        let verdict = try server.core.audit.verify()
        #expect(verdict.holds && verdict.rows == 5)
        try server.write("UPDATE audit SET reason = 'x' WHERE id = 2")
        #expect(try server.core.audit.verify().brokenAt == 4)
    }

    // Goal: those who write at once do not fork the chain. Method: many at once, then verify.
    @Test func writersAtOnceMakeOneChain() async throws {
        let server = try TestServer()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask { try self.act(server, 2) }
            }
            try await group.waitForAll()
        }
        let verdict = try server.core.audit.verify()
        #expect(verdict.holds && verdict.rows == 24)
    }

    // Goal: a log that was written anew by the database's own rights alone does not verify, and
    // gets no signature by the next act; once the operator accepts it, it goes on.
    // Method: take the tail away and set the head back to what the rows left say; then act again.
    @Test func aLogWrittenAnewIsNotSigned() throws {
        let server = try TestServer()
        try act(server, 5)
        try forge(
            server,
            """
            DELETE FROM audit WHERE id > 3; UPDATE audit_head SET number = 3,
            hash = (SELECT hash FROM audit WHERE id = 3)
            """)
        for _ in 1...2 {
            let verdict = try server.core.audit.verify()
            #expect(!verdict.holds && !verdict.isSigned)
            #expect(verdict.brokenAt == nil && !verdict.isCutShort)
            try act(server, 1)
        }
        try server.core.audit.accept(reason: "looked into", actor: "ann")
        #expect(try server.core.audit.verify().holds)
        try act(server, 1)
        #expect(try server.core.audit.verify().holds)
    }

    // Goal: a device sees that the log only grew, and that it was set back, even by who kept an old
    // signature of the server's.
    // Method: contacts between acts; then the log and its signed head are set back to an earlier
    // state, and others are written.
    @Test func devicesSeeWhetherTheLogOnlyGrew() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let first = try await head(artist, client)
            let old = try server.database.run("SELECT document FROM audit_head")
            let count = try server.count("audit")
            try act(server, 3)
            let second = try await head(artist, client)
            #expect(try await compare(first, second, artist, client) == .same)
            #expect(try await compare(second, second, artist, client) == .same)
            try act(server, ProtocolLimits.auditEntries + 1)
            let third = try await head(artist, client)
            #expect(try await compare(first, third, artist, client) == .same)
            try forge(
                server,
                """
                DELETE FROM audit WHERE serial > \(count);
                UPDATE audit_head SET number = \(count), document = '\(old)',
                hash = (SELECT hash FROM audit WHERE serial = \(count))
                """)
            #expect(try server.core.audit.verify().holds)
            #expect(
                try await compare(third, try await head(artist, client), artist, client)
                    == .contradiction)
            try act(server, ProtocolLimits.auditEntries + 10)
            #expect(
                try await compare(third, try await head(artist, client), artist, client)
                    == .contradiction)
            let text = try server.database.run("SELECT document FROM audit_head")
            #expect(try server.core.audit.verify(noted: server.core.audit.link(text)).holds)
            let signed = try JWS(signing: third, with: SigningKey()).compact
            #expect(throws: ServerError.self) { try server.core.audit.link(signed) }
            #expect(try !server.core.audit.verify(noted: third.hash).holds)
        }
    }

    private func head(
        _ artist: TestDevice, _ client: any TestClientProtocol
    ) async throws -> AuditHead {
        var wallet = artist.wallet()
        let reply = try await artist.contact(&wallet, client)
        return try JWS<AuditHead>(
            verifying: #require(reply.audit), with: artist.server.core.publicKey
        ).payload
    }

    private func compare(
        _ known: AuditHead, _ newer: AuditHead, _ artist: TestDevice,
        _ client: any TestClientProtocol
    ) async throws -> AuditComparison {
        var check = AuditExtension(of: known, to: newer)
        while let after = check.next {
            let reply = try await artist.send(.get, "\(AuditPage.target)?after=\(after)", client)
            #expect(reply.status == 200)
            check.take(try reply.decode())
        }
        return check.result
    }
}
