import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HummingbirdTesting
import SignedObjects
import SyncKit
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct DoctorTests {
    /// Something wrong, and the check that must find it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let check: String
        let sql: String
        var testDescription: String { "\(check): \(sql)" }
    }

    static let faults = [
        Fault(check: "segments", sql: "DELETE FROM segment WHERE seq = 2"),
        Fault(check: "segments", sql: "DELETE FROM segment WHERE seq = 3"),
        Fault(check: "segments", sql: "UPDATE account_head SET seq = seq + 1"),
        Fault(check: "segments", sql: "UPDATE account_head SET floor = 1"),
        Fault(check: "segments", sql: "UPDATE segment SET hash = bytes WHERE seq = 1"),
        Fault(check: "segments", sql: "UPDATE chain_tip SET number = number + 1"),
        Fault(check: "segments", sql: "DELETE FROM chain_tip"),
        Fault(check: "segments", sql: "DELETE FROM account_head"),
        Fault(
            check: "segments",
            sql: """
                UPDATE segment SET seq = 9 WHERE seq = 1; UPDATE segment SET seq = 1 WHERE seq = 2;
                UPDATE segment SET seq = 2 WHERE seq = 9
                """),
        Fault(check: "snapshots", sql: "DELETE FROM snapshot_chunk WHERE chunk_index = 1"),
        Fault(
            check: "snapshots",
            sql: "UPDATE snapshot_chunk SET hash = bytes WHERE chunk_index = 0"),
        Fault(check: "ledger", sql: "DELETE FROM ledger"),
        Fault(check: "ledger", sql: "UPDATE ledger SET free = free + 1"),
        Fault(check: "ledger", sql: "DELETE FROM ledger_receipt"),
        Fault(
            check: "ledger",
            sql: "UPDATE ledger_credit SET receipt = NULL, lease = NULL WHERE receipt = 0"),
        Fault(check: "ledger", sql: "UPDATE ledger_credit SET receipt = 0, lease = NULL"),
        Fault(check: "ledger", sql: "DELETE FROM ledger_lease"),
        Fault(
            check: "ledger",
            sql: "UPDATE ledger_lease SET document = replace(document, 'A', 'B')"),
        Fault(
            check: "ledger",
            sql: """
                INSERT INTO ledger_credit (account, credit, epoch)
                SELECT account, MAX(credit) + 1, 0 FROM ledger_credit GROUP BY account
                """),
        Fault(check: "ledger", sql: "DELETE FROM ledger_credit WHERE receipt IS NULL"),
        Fault(check: "ledger", sql: "UPDATE account SET opening = ''"),
        Fault(
            check: "audit", sql: "UPDATE audit_head SET document = replace(document, 'A', 'B')"),
        Fault(check: "audit", sql: "UPDATE audit_head SET document = NULL"),
        Fault(check: "ledger", sql: "UPDATE ledger_order SET document = document || 'AA'"),
    ]

    // Goal: a server as it should be, with everything in it, is found to be so.
    @Test func aWholeServerIsWell() async throws {
        let server = try TestServer()
        try await fill(server)
        let report = try examine(server)
        #expect(report.count == 0, "\(report.checks.filter { !$0.findings.isEmpty })")
        #expect(
            report.checks.map(\.name) == [
                "files", "disk", "database", "schema", "clock", "epoch", "authority", "audit",
                "moderators", "cases", "ledger", "segments", "snapshots",
            ])
        #expect(report.checks.first { $0.name == "ledger" }?.note == "2 accounts, 1 receipt")
        #expect(report.checks.first { $0.name == "segments" }?.note == "3 segments")
    }

    // Goal: each thing that can be wrong is found, by the check that is for it.
    @Test(arguments: faults)
    func everyFaultIsFound(fault: Fault) async throws {
        let server = try TestServer()
        try await fill(server)
        try server.write(fault.sql)
        let report = try examine(server)
        let found = report.checks.filter { !$0.findings.isEmpty }.map(\.name)
        #expect(found.contains(fault.check), "\(found)")
    }

    // Goal: steps of another version, a clock that was set back and a changeable audit log are
    // told.
    @Test func whatLiesAroundTheAccountsIsFound() async throws {
        let server = try TestServer()
        try await fill(server)
        let isFile = if case .sqlite = server.database { true } else { false }
        let steps = isFile ? "grdb_migrations (identifier)" : "migration (name)"
        try server.write("INSERT INTO \(steps) VALUES ('99 later')")
        try server.write(
            isFile ? "DROP TRIGGER audit_stays" : "DROP TRIGGER audit_stays ON audit")
        let before = UnixTime(milliseconds: server.now.milliseconds - 600_000)
        let report = try Doctor(
            folder: server.folder.url, database: server.database.address, now: before
        ).examine()
        let found = report.checks.filter { !$0.findings.isEmpty && $0.name != "disk" }
        #expect(found.map(\.name) == ["schema", "clock", "audit"])
    }

    // Goal: files that others can read, and a key that is gone, are told; as is a database that
    // cannot be read, in a report and not in a failure.
    @Test func whatLiesInTheFolderIsFound() async throws {
        let server = try TestServer()
        try await fill(server)
        let key = server.folder.path("keys/server.key")
        try Self.setMode(0o644, of: key)
        #expect(try findings("files", server).count == 1)
        try FileManager.default.removeItem(atPath: key)
        #expect(try findings("files", server).count == 1)
        guard case .sqlite(let path) = server.database else { return }
        try Self.setMode(0o640, of: path)
        #expect(try findings("files", server).count >= 2)
        try Data("epoch".utf8).write(to: server.folder.url.appending(path: "server.epoch"))
        #expect(try findings("epoch", server).count == 1)
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: server.backup("copy"), toPath: other.path("server.sqlite"))
        var bytes = try [UInt8](Data(contentsOf: other.url.appending(path: "server.sqlite")))
        for place in stride(from: 3000, to: bytes.count, by: 100) { bytes[place] ^= 0x55 }
        try Data(bytes).write(to: other.url.appending(path: "server.sqlite"))
        let report = try Doctor(folder: other.url, now: server.now).examine()
        #expect(report.checks.contains { $0.name == "database" && !$0.findings.isEmpty })
    }

    // Goal: the command ends with 1 where anything is wrong, and prints one JSON object.
    @Test func theCommandSaysSo() async throws {
        let server = try TestServer()
        try await fill(server)
        try server.write("DELETE FROM segment WHERE seq = 2")
        var command = [
            try Programs.url(Programs.server).path, "doctor", "--json", "--data",
            server.folder.url.path,
        ]
        if let address = try server.database.address { command += ["--database", address] }
        let text = try Shell.run(command, expecting: 1)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["is_well"] as? Bool == false)
        #expect((object?["findings"] as? Int ?? 0) > 0)
        #expect((object?["checks"] as? [[String: Any]])?.count == 13)
    }

    private func findings(_ name: String, _ server: TestServer) throws -> [String] {
        try examine(server).checks.filter { $0.name == name }.flatMap(\.findings)
    }

    private func examine(_ server: TestServer) throws -> DoctorReport {
        var report = try Doctor(
            folder: server.folder.url, database: server.database.address, now: server.now
        ).examine()
        // PostgreSQL has this machine's clock, the server of the tests its own; and how full this
        // machine's disk is says nothing.
        for index in report.checks.indices
        where ["clock", "disk"].contains(report.checks[index].name) {
            report.checks[index].findings = []
        }
        return report
    }

    private static func setMode(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// An artist with segments, a snapshot, a receipt, a lent credit and an order; and another
    /// with nothing.
    private func fill(_ server: TestServer) async throws {
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await TestDevice(of: server).join(client)
            var chain = TestChain(of: artist, replica: 1)
            for _ in 0..<3 { try await artist.push(chain.next(), client) }
            _ = try await artist.pull(after: 0, client)
            try await artist.upload(TestSnapshot(id: 1, count: 2, cursor: 2), client)
            var wallet = try await artist.lentWallet(client)
            _ = try wallet.spend(TestDevice.parts("b"), now: server.now, signedBy: artist.key)
            _ = try await artist.contact(&wallet, client)
            try server.core.moderation.grant(artist.account, credits: 1, reason: "r", actor: "test")
        }
    }
}
