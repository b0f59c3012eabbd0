import AtelierServer
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct AuditTests {
    private func act(_ server: TestServer, _ count: Int) throws {
        for _ in 0..<count {
            _ = try server.core.createInvites(count: 1, lifetime: .seconds(60), actor: "ann")
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
        #expect(try server.core.verifyAudit().holds)
        try act(server, 5)
        let first = try server.core.verifyAudit()
        #expect(first.holds && first.rows == 5)
        try act(server, 5)
        let second = try server.core.verifyAudit(noted: first.head)
        #expect(second.holds && second.rows == 10 && second.holdsNoted == true)
        #expect(try !server.core.verifyAudit(noted: Digest(of: "other")).holds)
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
        let verdict = try server.core.verifyAudit()
        #expect(!verdict.holds && verdict.brokenAt == brokenAt, "\(verdict)")
        #expect(verdict.isCutShort == (brokenAt == nil))
    }

    // Goal: rows from before the chain are covered by it from the first new row on.
    // Method: take the links away as an upgrade finds them, write on, then change an old row.
    @Test func rowsFromBeforeTheChainAreCovered() throws {
        let server = try TestServer()
        try act(server, 3)
        try forge(server, "UPDATE audit SET hash = NULL; UPDATE audit_head SET hash = NULL")
        #expect(try server.core.verifyAudit().holds)
        try act(server, 2)
        let verdict = try server.core.verifyAudit()
        #expect(verdict.holds && verdict.rows == 5)
        try server.write("UPDATE audit SET reason = 'x' WHERE id = 2")
        #expect(try server.core.verifyAudit().brokenAt == 4)
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
        let verdict = try server.core.verifyAudit()
        #expect(verdict.holds && verdict.rows == 24)
    }
}
