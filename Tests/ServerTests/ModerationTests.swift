import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct ModerationTests {
    // Goal: a suspension stops pushes, leases and receipts at the next request, deletes nothing,
    // and ends without a trace: the spend held in between gets its receipt.
    // Method: spend before it, contact during it, lift it, contact again.
    @Test func aSuspensionHoldsAndIsLifted() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            #expect(wallet.unspentLeases.count == 2)
            let pushed = artist.segment(1)
            #expect(try await artist.send(.post, "/v1/segments", pushed, client).status == 200)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            let effect = try server.core.moderation.suspend(
                artist.account, reason: "not-own-work", until: nil, message: "See rule 2.",
                actor: "test")
            #expect(effect.leasedCredits == 2)
            #expect(effect.usableUntil == server.now + .seconds(30 * 86_400))
            let next = artist.segment(2, after: Digest(of: pushed).bytes)
            let refused = try await artist.send(.post, "/v1/segments", next, client)
            #expect(refused.status == 403 && refused.problem == .suspended)
            #expect(try await artist.send(.get, "/v1/segments?after=0", client).status == 200)
            let during = try await artist.contact(&wallet, client)
            #expect(during.orders.count == 1 && during.receipts.isEmpty && during.held.count == 1)
            guard
                case .failure(.suspended(let reason, _, _, _)) = wallet.permission(now: server.now)
            else { throw Problem.Kind.internalError.failure }
            #expect(reason == "not-own-work")
            try server.core.moderation.reinstate(artist.account, message: "", actor: "test")
            let after = try await artist.contact(&wallet, client)
            #expect(after.receipts.count == 1 && after.held.isEmpty)
            #expect(wallet.receiptsBySpend.count == 1)
            #expect(try await artist.send(.post, "/v1/segments", next, client).status == 200)
        }
    }

    // Goal: whoever is about to suspend is told the bound, and nothing happens by asking.
    // Method: two devices share three credits, one has sent a spend; every row stays as it is; the
    // suspension itself then says the same.
    @Test func theEffectOfASuspensionIsToldBeforeTheAct() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            try server.core.moderation.grant(
                first.account, credits: 1, reason: "test", actor: "test")
            let second = try await first.letIn("desk", client)
            var (wallet, other) = (first.wallet(), second.wallet())
            _ = try await first.contact(&wallet, client)
            server.advance(by: .seconds(3600))
            _ = try await second.contact(&other, client)
            #expect([wallet, other].map(\.unspentLeases.count) == [2, 1])
            let before = try server.database.contents
            let effect = try server.core.moderation.effectOfSuspending(first.account)
            #expect(try server.database.contents == before)
            #expect(effect.leasedCredits == 3 && effect.devices == 2 && effect.heldSpends == 0)
            #expect(effect.usableUntil == server.now + .seconds(30 * 86_400))
            let done = try server.core.moderation.suspend(
                first.account, reason: "r", until: nil, message: "", actor: "test")
            #expect(done == effect)
            #expect(try server.database.contents != before)
            // The earlier leases end first; then one device is left, then none.
            server.advance(by: .seconds(30 * 86_400 - 1))
            let late = try server.core.moderation.effectOfSuspending(first.account)
            #expect(late.leasedCredits == 1 && late.devices == 1)
            server.advance(by: .seconds(1))
            let never = try server.core.moderation.effectOfSuspending(first.account)
            #expect(never.leasedCredits == 0 && never.devices == 0 && never.usableUntil == nil)
        }
    }

    // Goal: no device of a suspended account gets a lease, and a timed suspension ends by itself.
    // Method: contact just before and exactly at its end.
    @Test func aTimedSuspensionEndsByItself() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            try server.core.moderation.suspend(
                artist.account, reason: "pause", until: server.now + .seconds(100), message: "",
                actor: "test")
            server.advance(by: .milliseconds(99_999))
            var wallet = artist.wallet()
            #expect(try await artist.contact(&wallet, client).leases.isEmpty)
            server.advance(by: .milliseconds(1))
            #expect(try await artist.contact(&wallet, client).leases.count == 2)
        }
    }

    // Goal: two receipts an account and never a third, whatever two devices do.
    // Method: from a printed seed, contacts and spends in random order over a real server, replies
    // lost one time in three, days passing; a grant then allows exactly one more.
    @Test(arguments: SeededGenerator.seeds(4))
    func neverMoreReceiptsThanCredits(seed: UInt64) async throws {
        print("seed \(seed)")
        let server = try TestServer(seed: seed)
        try await server.run { client in
            var random = SeededGenerator(seed: seed)
            let first = try await TestDevice.joined(to: server, client)
            let second = try await first.letIn("desk", client)
            let devices = [first, second]
            var wallets = devices.map { $0.wallet() }
            for step in 0..<120 {
                if step == 90 {
                    try server.core.moderation.grant(
                        first.account, credits: 1, reason: "test", actor: "test")
                }
                let place = random.below(2)
                if random.oneIn(3) {
                    let parts = TestDevice.parts("\(seed) \(step)")
                    _ = try? wallets[place].spend(
                        parts, now: server.now, signedBy: devices[place].key)
                } else {
                    var wallet = wallets[place]
                    _ = try await devices[place].contact(&wallet, client)
                    if !random.oneIn(3) { wallets[place] = wallet }
                }
                if random.oneIn(10) { server.advance(by: .seconds(86_400 * random.below(40))) }
                server.advance(by: .seconds(5))
                let summary = try server.core.accounts.summary(of: first.account)
                let credits = summary.credits
                #expect(credits.granted == (step < 90 ? 2 : 3))
                #expect(credits.free + credits.leased + credits.spent == credits.granted)
                #expect(summary.contradictions == 0)
                let receipts = wallets.reduce(0) { $0 + $1.receiptsBySpend.count }
                #expect(receipts <= credits.spent)
            }
        }
    }

    // Goal: every decision stands in the audit log, which nothing can change.
    // Method: decide four times, then try to change and delete.
    @Test func decisionsAreAudited() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            try server.core.moderation.suspend(
                artist.account, reason: "r", until: nil, message: "", actor: "ann")
            try server.core.moderation.reinstate(artist.account, message: "", actor: "ann")
            try server.core.moderation.grant(artist.account, credits: 1, reason: "g", actor: "ann")
            let entries = try server.core.audit.entries()
            #expect(entries.map(\.action) == ["invite", "suspend", "reinstate", "grant 1"])
            #expect(entries.dropFirst().allSatisfy { $0.account == artist.account })
            for sql in ["DELETE FROM audit", "UPDATE audit SET reason = 'x'"] {
                #expect(throws: Shell.Failure.self) { try server.write(sql) }
            }
        }
    }

    // Goal: a command names an account by any clear beginning of its id.
    // Method: the whole id, a beginning, nothing, and a wild card.
    @Test func accountsAreFoundByTheBeginningOfTheirID() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let id = artist.account.description
            #expect(try IDLookup(server.core).account(id) == artist.account)
            #expect(try IDLookup(server.core).account(String(id.prefix(6))) == artist.account)
            for wrong in ["", "%", "\(id)0", "zz"] {
                #expect(throws: ServerError.self) { try IDLookup(server.core).account(wrong) }
            }
        }
    }

    // Goal: nobody is suspended, and nothing given or paused, for no reason.
    @Test(arguments: ["", " \t"])
    func aReasonIsAsked(reason: String) async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let refused = ServerError.invalidValue(name: "reason", reason: "must not be empty")
            #expect(throws: refused) {
                try server.core.moderation.suspend(
                    artist.account, reason: reason, until: nil, message: "", actor: "ann")
            }
            #expect(throws: refused) {
                try server.core.moderation.grant(
                    artist.account, credits: 1, reason: reason, actor: "ann")
            }
            #expect(throws: refused) {
                try server.core.moderation.pauseService(reason: reason, actor: "ann")
            }
            #expect(try server.core.accounts.summary(of: artist.account).standing == "active")
        }
    }
}

extension Problem.Kind {
    /// What a test throws where the wrong thing came.
    fileprivate var failure: Problem {
        Problem(type: self, status: 0, title: "test", detail: "", time: UnixTime(milliseconds: 0))
    }
}
