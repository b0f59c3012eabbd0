import CreditLedger
import SignedObjects
import TestSupport
import Testing

struct LedgerExchangeTests {
    // Goal: two generations work offline, the third is refused with the reason, a repeat is free.
    // Method: one contact, three bodies, the first one again.
    @Test func twoBodiesAndNoThird() throws {
        var pair = SignedPair()
        try pair.contact()
        let first = try pair.spend("a")
        #expect(first.isNew)
        try pair.spend("b")
        guard case .failure(.noCredit(let credits)) = pair.wallet.permission(now: pair.now) else {
            Issue.record("a third body was allowed")
            return
        }
        #expect(credits.granted == 2 && credits.spent == 2 && credits.leasedElsewhere == 0)
        #expect(throws: RefusedReason.self) { try pair.spend("c") }
        let again = try pair.spend("a")
        #expect(!again.isNew && again.spend == first.spend)
    }

    // Goal: asking again gives the same bytes.
    // Method: the same request three times, before and after settling.
    @Test func repliesAreTheSameBytes() throws {
        var pair = SignedPair()
        let delivery = try pair.contact()
        #expect(try pair.contact().leases == delivery.leases)
        try pair.spend("a")
        let request = try pair.request()
        let first = try pair.reply(to: request)
        pair.now = pair.now + .seconds(5)
        #expect(try pair.reply(to: request).receipts == first.receipts)
        #expect(first.receipts.count == 1)
    }

    // Goal: the second body of one lease is kept as proof and refused; the first receipt stays.
    // Method: a device whose journal was set back spends the same lease on another body.
    @Test func aDoubleSpendIsProofAndGetsNothing() throws {
        var pair = SignedPair()
        try pair.contact()
        var copy = pair
        try pair.spend("a")
        try pair.contact()
        _ = try copy.wallet.spend(SignedPair.parts("b"), now: copy.now, signedBy: pair.deviceKey)
        let request = try copy.wallet.request(now: copy.now, signedBy: pair.deviceKey) { _ in }
        for _ in 1...2 {
            let reply = try pair.reply(to: request)
            #expect(reply.refused.map(\.reason) == [.doubleSpend] && reply.receipts.isEmpty)
        }
        #expect(pair.ledger.contradictionCount == 1 && pair.ledger.balance.spent == 1)
        try copy.wallet.absorb(
            try pair.reply(to: request), serverKey: pair.serverKey.verifyingKey)
        #expect(copy.wallet.unsettled.isEmpty)
        // The refused spend took no credit.
        let credits = copy.wallet.credits(now: copy.now)
        #expect(credits.granted == 2 && credits.spent == 1 && credits.refused == 1)
    }

    // Goal: a refusal says what, why, until when and what next, also where nobody named a place
    // for appeals.
    @Test func aRefusalSaysWhatNext() {
        let until = UnixTime(milliseconds: 1_796_032_800_123)
        let alone = RefusedReason.suspended(
            reason: "not-own-work", text: "Please write.", until: until, appeal: "")
        #expect(alone.description.contains("not-own-work"))
        #expect(alone.description.contains("until 2026-11-30 10:00 UTC. Please write."))
        #expect(alone.description.contains("ask whoever runs the server. Sync to learn"))
        let named = RefusedReason.suspended(
            reason: "not-own-work", text: "", until: nil, appeal: "the hall's office")
        #expect(named.description.contains("To appeal: the hall's office. Sync to learn"))
    }

    // Goal: a lease stops at its end, and one contact renews it without waiting for the grace.
    // Method: the last millisecond before the end, the end, then a contact.
    @Test func anEndedLeaseIsRenewedAtTheNextContact() throws {
        var pair = SignedPair()
        try pair.contact()
        pair.now = pair.now + (pair.policy.lease - .milliseconds(1))
        #expect(throws: Never.self) { try pair.wallet.permission(now: pair.now).get() }
        pair.now = pair.now + .milliseconds(1)
        #expect(throws: RefusedReason.leaseExpired(expired: pair.now)) {
            try pair.wallet.permission(now: pair.now).get()
        }
        try pair.contact()
        #expect(throws: Never.self) { try pair.wallet.permission(now: pair.now).get() }
        #expect(pair.ledger.balance.leased == 2)
    }

    // Goal: an unused credit is free exactly when its grace has ended.
    // Method: one millisecond before, and at it.
    @Test func aLostDevicesCreditsComeBackAfterTheGrace() throws {
        var pair = SignedPair()
        try pair.contact()
        let end = pair.now + pair.policy.lease + pair.policy.grace
        pair.ledger.expire(now: UnixTime(milliseconds: end.milliseconds - 1))
        #expect(pair.ledger.balance.leased == 2)
        pair.ledger.expire(now: end)
        #expect(pair.ledger.balance.free == 2)
    }

    // Goal: a clock that stands too far behind the server's blocks, deletes nothing, and says so.
    // Method: exactly ten minutes behind, and a millisecond more.
    @Test func aClockFarBehindIsRefused() throws {
        var pair = SignedPair()
        try pair.contact()
        let edge = UnixTime(milliseconds: pair.now.milliseconds - 600_000)
        #expect(throws: Never.self) { try pair.wallet.permission(now: edge).get() }
        let beyond = UnixTime(milliseconds: edge.milliseconds - 1)
        #expect(throws: RefusedReason.self) { try pair.wallet.permission(now: beyond).get() }
        #expect(pair.wallet.unspentLeases.count == 2)
    }

    // Goal: only the server's words to this very device count.
    // Method: a reply signed by another key, one for another device, one with a byte changed.
    @Test func aForeignReplyChangesNothing() throws {
        var pair = SignedPair()
        var other = SignedPair()
        let reply = try pair.reply(to: pair.request())
        let before = pair.wallet
        #expect(throws: LedgerError.self) {
            try pair.wallet.absorb(reply, serverKey: SigningKey().verifyingKey)
        }
        #expect(throws: LedgerError.self) {
            try other.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey)
        }
        var changed = reply
        changed.leases[0].removeLast()
        #expect(throws: LedgerError.self) {
            try pair.wallet.absorb(changed, serverKey: pair.serverKey.verifyingKey)
        }
        #expect(pair.wallet == before)
    }

    // Goal: messages are bounded.
    // Method: the most spends in one request, and one more.
    @Test func requestsAreBounded() throws {
        var pair = SignedPair()
        try pair.contact()
        let spend = try pair.spend("a").spend.compact
        for count in [64, 65] {
            let request = LedgerRequest(
                spends: Array(repeating: spend, count: count), wantedLeases: 0, orderSerial: 0)
            let result = Result { try pair.reply(to: request) }
            #expect((try? result.get()) != nil || count == 65)
            #expect((try? result.get()) == nil || count == 64)
        }
    }

    // Goal: grants are bounded, and reach the devices.
    // Method: up to the most credits of one account, and one more.
    @Test func grantsAreBounded() throws {
        var pair = SignedPair()
        try pair.ledger.grant(998, reason: "test", now: pair.now, signer: pair.signer)
        #expect(throws: LedgerError.tooManyCredits(asked: 1001, limit: 1000)) {
            try pair.ledger.grant(1, reason: "test", now: pair.now, signer: pair.signer)
        }
        #expect(throws: LedgerError.self) {
            try pair.ledger.grant(Int.max, reason: "test", now: pair.now, signer: pair.signer)
        }
        #expect(throws: LedgerError.self) {
            try pair.ledger.grant(-1, reason: "test", now: pair.now, signer: pair.signer)
        }
        #expect(try pair.contact().balance.granted == 1000)
        #expect(pair.wallet.orders.map(\.payload.credits) == [998])
    }

    // Goal: a database restored from a backup cannot spend again, and heals at the next contact.
    // Method: the snapshot from before the spends, on top of the journal from after.
    @Test func aRestoredDatabaseCannotSpendAgain() throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.wallet.snapshot
        try pair.spend("a")
        try pair.spend("b")
        try pair.contact()
        pair.wallet = pair.restored(from: backup, spends: pair.wallet.spends)
        #expect(throws: RefusedReason.self) { try pair.spend("c") }
        try pair.contact()
        #expect(pair.wallet.receiptsBySpend.count == 2)
    }

    // Goal: a snapshot gives back the same wallet, and what was changed in it is left out.
    // Method: a wallet with everything in it; then every document with one character changed.
    @Test func aSnapshotIsBelievedOnlyWhereItIsSigned() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.spend("a")
        try pair.ledger.suspend(reason: "test", now: pair.now, signer: pair.signer)
        try pair.contact()
        let snapshot = pair.wallet.snapshot
        #expect(pair.restored(from: snapshot, spends: pair.wallet.spends) == pair.wallet)
        var changed = snapshot
        changed.leases = snapshot.leases.map { "x" + $0 }
        changed.orders = snapshot.orders.map { "x" + $0 }
        let restored = pair.restored(from: changed, spends: pair.wallet.spends)
        #expect(restored.unspentLeases.isEmpty && restored.orders.isEmpty)
        let other = JournalID(checked: [UInt8](repeating: 9, count: 16))
        let elsewhere = pair.restored(from: snapshot, journal: other, spends: [])
        #expect(elsewhere.unspentLeases.isEmpty && elsewhere.orders.count == 1)
    }

    // Goal: the log of receipts is a chain.
    // Method: each receipt names the digest over those before it.
    @Test func receiptsFormAChain() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.spend("a")
        try pair.spend("b")
        let receipts = try pair.contact().receipts.map {
            try JWS<Receipt>(verifying: $0, with: pair.serverKey.verifyingKey)
        }.sorted { $0.payload.logIndex < $1.payload.logIndex }
        #expect(receipts.map(\.payload.logIndex) == [0, 1])
        let first = try #require(receipts.first)
        #expect(first.payload.logHead == .zero)
        #expect(
            receipts.last?.payload.logHead
                == Digest(of: Digest.zero.bytes + first.digest.bytes))
    }

    // Goal: a device that borrows and returns all day has to wait, is told until when, and what it
    // was lent for use does not count.
    // Method: use one lease of two; give one back up to the limit, then wait out the day.
    @Test func borrowingForNothingIsLimited() throws {
        var pair = SignedPair()
        pair.policy.unusedLeasesPerDay = 3
        try pair.contact()
        try pair.spend("used")
        let first = pair.now
        for _ in 1...3 {
            #expect(try pair.contact().lendsFrom == nil)
            let lease = try #require(pair.wallet.unspentLeases.first).payload.lease
            try pair.giveBack(lease)
            pair.now = pair.now + .seconds(60)
        }
        let refused = try pair.contact()
        #expect(refused.leases.isEmpty && refused.balance.free == 1)
        #expect(refused.lendsFrom == first + .seconds(86_400))
        guard case .failure(let reason) = pair.wallet.permission(now: pair.now) else {
            throw LedgerError.damagedLedger(reason: "a lease was lent")
        }
        #expect(reason.description.contains("lends again from"), "\(reason)")
        pair.now = first + .seconds(86_400) + .milliseconds(-1)
        #expect(try pair.contact().leases.isEmpty)
        pair.now = first + .seconds(86_400)
        #expect(try pair.contact().leases.count == 1)
    }

    // Goal: a lease that was given back stays over, also for a database from before.
    // Method: the wallet is restored from before the return; the reply that lent it comes again.
    @Test func aReturnedLeaseStaysOverAfterARestore() throws {
        var pair = SignedPair()
        let lending = try pair.contact()
        let backup = pair.wallet.snapshot
        let leases = pair.wallet.unspentLeases.map(\.payload.lease)
        for lease in leases { try pair.giveBack(lease) }
        var restored = pair.restored(from: backup, spends: [], returns: pair.journaledReturns)
        #expect(restored.unspentLeases.isEmpty)
        try restored.absorb(lending, serverKey: pair.serverKey.verifyingKey)
        #expect(throws: RefusedReason.self) {
            try restored.spend(SignedPair.parts("a"), now: pair.now, signedBy: pair.deviceKey)
        }
        // It is told again, and the server lends anew.
        pair.wallet = restored
        let reply = try pair.contact()
        #expect(Set(reply.ended) == Set(leases) && reply.leases.count == 2)
        #expect(try pair.request().returns.isEmpty)
        // Long after, nothing of it is told any more.
        pair.now = pair.now + .seconds(40 * 86_400)
        try pair.contact()
        try pair.contact()
        #expect(try pair.request().returns.isEmpty)
    }

    // Goal: a journal that was copied or set back leaves proof, and nobody is punished for it.
    // Method: two wallets go on from the same journal with different leases.
    @Test func aForkedJournalIsKeptAsProof() throws {
        var pair = SignedPair()
        try pair.contact()
        var copy = pair.wallet
        let first = try pair.spend("a").spend
        let taken = first.payload.lease
        #expect(try pair.contact().receipts.count == 1)
        // The copy holds the other lease alone, so that it is not the same one that is used.
        copy.leases[taken] = nil
        let second = try copy.spend(
            SignedPair.parts("b"), now: pair.now, signedBy: pair.deviceKey
        ).spend
        #expect(second.payload.number == first.payload.number)
        pair.wallet = copy
        for _ in 1...2 {
            let reply = try pair.contact()
            #expect(reply.refused.isEmpty && reply.balance.spent == 2)
            #expect(pair.ledger.forkCount == 1 && pair.ledger.contradictionCount == 0)
            #expect(pair.ledger.forks.first == JournalFork(first: first, second: second))
        }
    }

    // Goal: what a revoked device spent does not keep a credit for ever.
    // Method: its spend is held by a suspension, then it is revoked; the grace ends.
    @Test func aRevokedDevicesHeldSpendLetsTheCreditGo() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.spend("a")
        try pair.ledger.suspend(reason: "test", now: pair.now, signer: pair.signer)
        #expect(try pair.contact().held.count == 1)
        try pair.ledger.revoke(
            pair.wallet.device, reason: "test", now: pair.now, signer: pair.signer)
        try pair.ledger.reinstate(reason: "test", now: pair.now, signer: pair.signer)
        pair.ledger.expire(now: pair.now)
        #expect(pair.ledger.balance.leased == 2)
        pair.ledger.expire(now: pair.now + .seconds(33 * 86_400))
        #expect(pair.ledger.balance == .init(granted: 2, free: 2, leased: 0, spent: 0))
        #expect(pair.ledger.heldCount == 0)
    }
}
