import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases) struct LedgerRowsTests {
    // Goal: what a contact costs does not grow with what the account has had before.
    // Method: rows of a long past are put in as nobody could read them: 10,000 orders, a thousand
    // credits spent. The statements and the rows they give are counted, before and after.
    @Test func aLongPastCostsNothing() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            try server.core.moderation.grant(
                artist.account, credits: 8, reason: "test", actor: "test")
            try await artist.registerModel("model", client)
            var wallet = artist.wallet()
            for round in 0..<3 { try await settle(round, artist, &wallet, client) }
            let before = try await cost(of: 3, artist, &wallet, client, server)
            try addPast(of: artist, wallet.standing.serial, to: server)
            var chain = TestChain(of: artist, replica: 1)
            let settled = try await cost(of: 4, artist, &wallet, client, server)
            #expect(settled[0] == before[0] && settled[1] <= before[1], "\(settled), \(before)")
            let pushed = try await server.tracing { try await artist.push(chain.next(), client) }
            #expect(pushed.count { $0.contains("ledger") } <= 2)
            let contact = try await server.tracing { _ = try await artist.contact(&wallet, client) }
            #expect(contact.count < 23, "\(contact.joined(separator: "\n"))")
        }
    }

    // Goal: the rows that are read for a contact are the part of the whole ledger that it needs.
    // Method: a random history of two devices from printed seeds; after each step the part by
    // statements and the part of the whole are compared, for the next contact and for any other.
    @Test(arguments: SeededGenerator.seeds(2))
    func thePartIsThePartOfTheWhole(seed: UInt64) async throws {
        print("seed \(seed)")
        var policy = ServerPolicy()
        policy.ledger.unusedLeasesPerDay = 6
        policy.requestsPerMinute = 100_000
        policy.deviceRequestsPerMinute = 100_000
        let server = try TestServer(policy: policy, seed: seed)
        try await server.run { client in
            var random = SeededGenerator(seed: seed)
            let first = try await TestDevice.joined(to: server, client)
            let devices = [first, try await first.letIn("desk", client)]
            try server.core.moderation.grant(
                first.account, credits: 30, reason: "test", actor: "test")
            try await first.registerModel("model", client)
            let model = WithheldThing.model(Digest(of: "model"), first.account)
            var wallets = devices.map { $0.wallet() }
            for round in 0..<90 {
                server.advance(by: .seconds(random.oneIn(12) ? 34 * 86_400 : random.below(7200)))
                let place = random.below(2)
                let held = wallets[place].unspentLeases.randomElement(using: &random)
                switch random.below(7) {
                case 0:
                    try server.core.moderation.suspend(
                        first.account, reason: "test", until: nil, message: "", actor: "test")
                case 1, 2:
                    try server.core.moderation.reinstate(first.account, message: "", actor: "test")
                case 6:
                    try server.core.ledgers.decide(
                        model, isWithheld: random.oneIn(3), case: Int64(1 + random.below(2)))
                case 3:
                    _ = try? wallets[place].spend(
                        TestDevice.parts("\(round)"), now: server.now, signedBy: devices[place].key)
                default:
                    try held.map {
                        try wallets[place].giveBack(
                            $0.payload.lease, now: server.now, signedBy: devices[place].key
                        ) { _ in }
                    }
                }
                try compare(wallets[place], devices[place], server)
                _ = try await devices[place].contact(&wallets[place], client)
            }
            let past = try server.core.ledgers.ledger(of: first.account)
            #expect(past.receiptCount > 3 && past.standing.serial > 10, "seed \(seed)")
        }
        let report = try Doctor(
            folder: server.folder.url, database: server.database.address, now: server.now
        ).examine()
        let ledger = try #require(report.checks.first { $0.name == "ledger" })
        #expect(ledger.findings == [])
    }

    private func compare(_ wallet: DeviceWallet, _ device: TestDevice, _ server: TestServer) throws
    {
        var wallet = wallet
        let request = try wallet.request(now: server.now, signedBy: device.key) { _ in }
        let contact = try LedgerContact(
            verifying: request, account: device.account, deviceKey: device.key.verifyingKey,
            serverKey: server.core.publicKey)
        let policy = server.core.policy.ledger
        let whole = try server.core.ledgers.ledger(of: device.account)
        var needs = [LedgerNeeds(), LedgerNeeds(contact), LedgerNeeds(contact)]
        let leases = whole.leases.map(\.lease.payload.lease)
        needs[2].leases.formUnion(leases.prefix(3) + leases.suffix(3))
        needs[2].orders = [1, 2, whole.standing.serial]
        needs[2].receipts = [0, 1, 7]
        needs[2].credits = [0, 5, 40]
        needs[2].withholdings = [Withholding(.model(Digest(of: "model")), caseNumber: 1)]
        for needs in needs {
            let part = try server.core.ledgers.ledger(of: device.account, for: needs)
            #expect(part == whole.view(needs, policy: policy, now: server.now))
        }
    }

    private func cost(
        of round: Int, _ artist: TestDevice, _ wallet: inout DeviceWallet,
        _ client: any TestClientProtocol, _ server: TestServer
    ) async throws -> [Int] {
        let rows = server.rowsRead
        var copy = wallet
        let statements = try await server.tracing {
            try await settle(round, artist, &copy, client)
        }
        wallet = copy
        return [statements.count, server.rowsRead - rows]
    }

    private func settle(
        _ round: Int, _ artist: TestDevice, _ wallet: inout DeviceWallet,
        _ client: any TestClientProtocol
    ) async throws {
        if case .failure = wallet.permission(now: artist.server.now) {
            _ = try await artist.contact(&wallet, client)
        }
        _ = try wallet.spend(
            TestDevice.parts("\(round)"), now: artist.server.now, signedBy: artist.key)
        #expect(try await artist.contact(&wallet, client).receipts.count == 1)
    }

    /// Rows of settled credits below the present ones, and of orders that the device knows.
    private func addPast(of artist: TestDevice, _ serial: Int, to server: TestServer) throws {
        let account = server.database.literal(artist.account.bytes)
        let device = server.database.literal(artist.device.bytes)
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        try server.write(
            """
            INSERT INTO ledger_order (account, serial, document)
            \(many) SELECT \(account), -i, 'unread' FROM n;
            """)
        for (table, columns, values) in [
            ("ledger_credit", "account, credit, epoch, receipt", "\(account), -i, 1, -i"),
            ("ledger_receipt", "account, number, document", "\(account), -i, 'unread'"),
            (
                "ledger_lease",
                "account, lease, document, spend, outcome, receipt, device, credit, issued, phase,"
                    + " journal, number",
                "\(account), \(Self.name), 'unread', 'unread', 'receipt', -i, \(device), -i, 1, 0,"
                    + " \(device), -i"
            ),
        ] {
            try server.write(
                "INSERT INTO \(table) (\(columns)) \(many) SELECT \(values) FROM n WHERE i <= 1000;"
            )
        }
        try server.write("UPDATE ledger SET spent = spent + 1000")
        #expect(serial < 10)
    }

    /// Bytes that differ for each `i`.
    private static var name: String {
        TestDatabase.kind == .sqlite ? "CAST('a' || i AS BLOB)" : "convert_to('a' || i, 'UTF8')"
    }
}
