import CreditLedger
import SignedObjects
import Testing

/// A server that was restored from a backup gets back what it had signed.
struct HandInTests {
    // Goal: a restored server does not sign for the same credits again.
    // Method: backup, two receipts, restore, and the device wants two more.
    @Test func twoReceiptsStayTwo() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        for name in ["a", "b"] { try pair.spend(name) }
        #expect(try pair.contact().receipts.count == 2)
        let before = pair.ledger
        pair.restore(backup)
        for _ in 0..<4 { try pair.contact() }
        #expect(pair.wallet.unspentLeases.isEmpty)
        #expect(pair.ledger.balance == .init(granted: 2, free: 0, leased: 0, spent: 2))
        #expect(pair.ledger.receipts == before.receipts)
        #expect(pair.ledger.receiptHead == before.receiptHead)
        guard case .failure(.noCredit) = pair.wallet.permission(now: pair.now) else {
            return #expect(Bool(false), "a third credit is there")
        }
    }

    // Goal: a suspension that the server forgot holds again, with its own serial, on both sides.
    @Test func aSuspensionComesBack() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        let order = try pair.ledger.suspend(reason: "test", now: pair.now, signer: pair.signer)
        try pair.contact()
        pair.restore(backup)
        #expect(pair.ledger.standing.suspension(at: pair.now) == nil)
        for _ in 0..<2 { try pair.contact() }
        #expect(pair.ledger.orders == [order])
        try pair.ledger.reinstate(reason: "test", now: pair.now, signer: pair.signer)
        try pair.contact()
        #expect(pair.wallet.standing.suspension(at: pair.now) == nil)
        #expect(pair.wallet.orders == pair.ledger.orders)
    }

    // Goal: where something else was ordered meanwhile, the lost suspension is given anew, and both
    // sides have one list.
    @Test func anOrderWhosePlaceIsTakenIsGivenAnew() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        try pair.ledger.suspend(reason: "lost", now: pair.now, signer: pair.signer)
        try pair.contact()
        pair.restore(backup)
        try pair.ledger.grant(1, reason: "new", now: pair.now, signer: pair.signer)
        for _ in 0..<3 { try pair.contact() }
        #expect(pair.ledger.orders.map(\.payload.kind) == [.grant, .suspend])
        #expect(pair.wallet.orders == pair.ledger.orders && !pair.wallet.isHandingIn)
        #expect(pair.wallet.standing.suspension(at: pair.now)?.reason == "lost")
    }

    // Goal: a lost suspension comes back also where another one was given since and has ended.
    @Test func anEndedSuspensionHidesNone() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        try pair.ledger.suspend(reason: "lost", now: pair.now, signer: pair.signer)
        try pair.contact()
        pair.restore(backup)
        try pair.ledger.suspend(
            reason: "short", until: pair.now + .seconds(60), now: pair.now, signer: pair.signer)
        pair.now = pair.now + .seconds(61)
        for _ in 0..<3 { try pair.contact() }
        #expect(pair.ledger.standing.suspension(at: pair.now)?.reason == "lost")
        #expect(pair.wallet.orders == pair.ledger.orders)
    }

    // Goal: a device that met none of the epochs between two restores ends with the server's
    // orders.
    // Method: two orders are lost, another takes the first's serial, then the server is restored
    // again to where that stands.
    @Test func aDeviceThatMissedAnEpochAgrees() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        for count in 1...2 {
            try pair.ledger.grant(count, reason: "lost", now: pair.now, signer: pair.signer)
        }
        try pair.contact()
        pair.restore(backup)
        try pair.ledger.grant(3, reason: "new", now: pair.now, signer: pair.signer)
        pair.restore(pair.ledger)
        for _ in 0..<3 { try pair.contact() }
        #expect(pair.wallet.orders == pair.ledger.orders && !pair.wallet.isHandingIn)
    }

    // Goal: a spend whose lease the server forgot gets its receipt.
    @Test func aLeaseComesBack() throws {
        var pair = SignedPair()
        let backup = pair.ledger
        try pair.contact()
        try pair.spend("a")
        pair.restore(backup)
        for _ in 0..<2 { try pair.contact() }
        #expect(pair.wallet.receiptsBySpend.count == 1)
        #expect(pair.ledger.balance == .init(granted: 2, free: 0, leased: 1, spent: 1))
    }

    // Goal: nothing is lent while another device may hold what was lost; the artist is told why;
    // it ends by itself.
    @Test func otherDevicesAreWaitedFor() throws {
        var pair = SignedPair()
        try pair.contact()
        let other = DeviceID(checked: [UInt8](repeating: 9, count: 16))
        pair.restore(
            ServerLedger(account: pair.account, policy: pair.policy, now: pair.now),
            waitingFor: [other])
        for name in ["a", "b"] { try pair.spend(name) }
        for _ in 0..<3 { try pair.contact() }
        #expect(pair.ledger.receipts.isEmpty && pair.wallet.held.count == 2)
        guard case .failure(let reason) = pair.wallet.permission(now: pair.now) else {
            return #expect(Bool(false), "a credit is there")
        }
        #expect("\(reason)".contains("restored from a backup"), "\(reason)")
        pair.now = pair.now + .seconds(33 * 86_400)
        try pair.contact()
        #expect(pair.wallet.receiptsBySpend.count == 2)
    }

    // Goal: much is handed in some at a time, and all of it arrives.
    @Test func muchIsHandedInInPieces() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = ServerLedger(account: pair.account, policy: pair.policy, now: pair.now)
        try pair.ledger.grant(100, reason: "test", now: pair.now, signer: pair.signer)
        for round in 0..<80 {
            try pair.contact()
            try pair.spend("\(round)")
            try pair.ledger.suspend(
                reason: "test", text: String(repeating: "x", count: 1500), now: pair.now,
                signer: pair.signer)
            try pair.ledger.reinstate(reason: "test", now: pair.now, signer: pair.signer)
        }
        while try pair.contact().orders.count > 0 {}
        let before = pair.ledger
        pair.restore(backup)
        var contacts = 0
        repeat {
            let request = try pair.request()
            #expect(request.handIn?.count ?? 0 <= 64)
            try pair.contact()
            contacts += 1
        } while pair.wallet.isHandingIn && contacts < 100
        #expect(contacts > 4 && contacts < 30)
        #expect(pair.ledger.orders == before.orders && pair.ledger.receipts == before.receipts)
        #expect(pair.ledger.balance.spent == before.balance.spent)
    }

    // Goal: what another server signed is refused, and changes nothing.
    @Test func onlyTheServersOwnIsTaken() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.spend("a")
        try pair.contact()
        var request = try pair.request()
        let receipt = try #require(pair.wallet.receiptsBySpend.values.first).payload
        let forged = try JWS(signing: receipt, with: SigningKey()).compact
        request.handIn = HandIn(
            epoch: 1, offset: 0, orders: [], receipts: [forged], leases: [], isLast: true)
        let before = pair.ledger
        #expect(throws: LedgerError.self) { try pair.reply(to: request) }
        #expect(pair.ledger == before)
    }
}
