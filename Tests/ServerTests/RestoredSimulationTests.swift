import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

struct RestoredSimulationTests {
    // Goal: whatever is lost with backups that are restored, no account ends with more receipts
    // than the credits it was given, and devices and server agree about orders and standing.
    // Method: three devices of one account over the wire, 160 events from a printed seed: contacts
    // whole and with lost replies, spends, returns, suspensions, grants, time, backups, restores of
    // any earlier backup. At the end every device comes, and all receipts of all hands are counted.
    @Test(arguments: SeededGenerator.seeds(12))
    func restoresGiveNothingTwice(seed: UInt64) async throws {
        var account = try await RestoredAccount(seed: seed)
        for _ in 0..<160 { try await account.step() }
        try await account.settle()
        let text = "seed \(seed): \(account.summary)"
        print(text)
        let receipts = try account.receipts()
        #expect(receipts.count <= account.granted, "\(text)")
        let server = try account.server.core.ledgers.ledger(of: account.first.account)
        #expect(server.balance.spent >= server.receiptCount, "\(text)")
        for wallet in account.wallets {
            #expect(
                wallet.orders.map(\.payload.serial) == server.orders.map(\.payload.serial),
                "\(text)")
            #expect(wallet.orders == server.orders && !wallet.isHandingIn, "\(text)")
            #expect(
                wallet.standing.suspension(at: account.server.now)
                    == server.standing.suspension(at: account.server.now), "\(text)")
            // Every spend has an answer, unless the account is suspended.
            if server.standing.suspension(at: account.server.now) == nil {
                #expect(wallet.unsettled.isEmpty, "\(text)")
            }
        }
        let report = try Doctor(folder: account.server.folder.url, now: account.server.now)
            .examine()
        #expect(report.checks.first { $0.name == "ledger" }?.findings == [], "\(text)")
    }
}

/// One account with three devices, and a server that is backed up and restored.
private struct RestoredAccount {
    private(set) var server: TestServer
    private(set) var wallets: [DeviceWallet] = []
    /// Credits that the account was given by any order that was ever signed, and at first.
    private(set) var granted = 2
    private var devices: [TestDevice] = []
    /// Kept, for the backups lie in their folders.
    private var former: [TestServer] = []
    private var backups: [String] = []
    private var returns: [[JWS<Return>]] = [[], [], []]
    private var generator: SeededGenerator
    private var bodies = 0
    private var days = 0
    private var restores = 0

    init(seed: UInt64) async throws {
        generator = SeededGenerator(seed: seed)
        let server = try TestServer()
        self.server = server
        let artist = TestDevice(of: server)
        devices = try await server.run { client in
            _ = try await artist.join(client)
            try await artist.registerModel("model", client)
            var all = [artist]
            for name in ["desk", "sofa"] { all.append(try await artist.letIn(name, client)) }
            return all
        }
        wallets = devices.map { $0.wallet() }
    }

    var first: TestDevice { devices[0] }

    var summary: String {
        "\(restores) restores of \(backups.count) backups, \(bodies) spends, \(granted) granted"
    }

    /// Every receipt that a device or the server holds, by its spend.
    func receipts() throws -> Set<Digest> {
        let kept = try server.core.ledgers.ledger(of: first.account).receipts
        return Set((wallets.flatMap { $0.receiptsBySpend.values } + kept).map(\.payload.spend))
    }

    mutating func step() async throws {
        // Past the minute in which requests are counted.
        server.advance(by: .seconds(61))
        let device = generator.below(devices.count)
        switch generator.below(40) {
        case 0..<10: try await contact(device)
        case 10..<12: try await contact(device, losesReply: true)
        case 12..<24: try spend(device)
        case 24: try giveBack(device)
        case 25..<28: try toggleSuspension()
        case 28..<31: try grant()
        case 31..<33: passDay()
        case 33..<35: backups.append(try server.backup("backup-\(backups.count).sqlite"))
        case 35..<39:
            for device in devices.indices { try await contact(device) }
        default: try restore()
        }
    }

    /// Every device comes until nothing is left to say.
    mutating func settle() async throws {
        for _ in 0..<6 {
            for device in devices.indices {
                server.advance(by: .seconds(61))
                try await contact(device)
            }
        }
    }

    private mutating func contact(_ device: Int, losesReply: Bool = false) async throws {
        let (server, wallet) = (server, wallets[device])
        var kept = returns[device]
        var asking = wallet
        let request = try asking.request(now: server.now, signedBy: devices[device].key) {
            kept.append($0)
        }
        returns[device] = kept
        wallets[device] = asking
        let sender = TestDevice(devices[device], at: server)
        let reply: LedgerReply = try await server.run { client in
            let answer = try await sender.post("/v1/ledger", request, client)
            try #require(answer.status == 200)
            return try answer.decode()
        }
        guard !losesReply else { return }
        try wallets[device].absorb(
            reply, serverKey: server.core.publicKey, own: .init(time: server.now))
    }

    private mutating func spend(_ device: Int) throws {
        guard case .success = wallets[device].permission(now: server.now) else { return }
        bodies += 1
        _ = try wallets[device].spend(
            TestDevice.parts("body \(bodies)"), now: server.now, signedBy: devices[device].key)
    }

    private mutating func giveBack(_ device: Int) throws {
        guard let lease = wallets[device].unspentLeases.map(\.payload.lease).min() else { return }
        var kept = returns[device]
        try wallets[device].giveBack(lease, now: server.now, signedBy: devices[device].key) {
            kept.append($0)
        }
        returns[device] = kept
    }

    /// Less than a lease and its grace in all: after that a restored server waits for nobody, and
    /// signs where a device that did not come may hold a receipt.
    private mutating func passDay() {
        guard days < 30 else { return }
        days += 1
        server.advance(by: .seconds(86_400))
    }

    private func toggleSuspension() throws {
        let standing = try server.core.ledgers.ledger(of: first.account).standing
        if standing.suspension(at: server.now) != nil {
            try server.core.moderation.reinstate(first.account, message: "", actor: "test")
        } else {
            _ = try server.core.moderation.suspend(
                first.account, reason: "test", until: nil, message: "", actor: "test")
        }
    }

    private mutating func grant() throws {
        try server.core.moderation.grant(first.account, credits: 1, reason: "test", actor: "test")
        granted += 1
    }

    private mutating func restore() throws {
        guard !backups.isEmpty else { return }
        former.append(server)
        server = try server.restored(
            from: backups[generator.below(backups.count)], seed: generator.next())
        try server.core.epochs.raise(actor: "test")
        restores += 1
    }
}
