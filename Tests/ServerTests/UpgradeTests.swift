import AtelierServer
import TestSupport
import Testing

@Suite(.onBothDatabases) struct UpgradeTests {
    // Goal: a program that is older than the tables leaves them alone and says so.
    // Method: a step of tomorrow is noted; the folder is opened again.
    @Test func aNewerDatabaseIsLeftAlone() throws {
        let server = try TestServer()
        switch TestDatabase.kind {
        case .sqlite: try server.write("INSERT INTO grdb_migrations VALUES ('99 tomorrow')")
        case .postgres: try server.write("INSERT INTO migration VALUES ('99 tomorrow')")
        }
        let before = try server.database.contents
        let error = #expect(throws: ServerError.self) {
            try server.reopened(policy: server.core.policy)
        }
        #expect(error == .newerDatabase(step: "99 tomorrow"))
        #expect(try server.database.contents == before)
    }
}
