import CreditLedger
import SignedObjects
import Testing

struct WalletClockTests {
    private static let day = Duration.seconds(86_400)

    // Goal: a server that steps 400 days ahead is not believed, and nothing is taken from it.
    @Test func aStepOfTheServerIsRefused() throws {
        var pair = SignedPair()
        var reply = try pair.reply(to: pair.request())
        try pair.wallet.absorb(
            reply, serverKey: pair.serverKey.verifyingKey, own: .init(time: pair.now))
        let before = pair.wallet
        reply.time = pair.now + Self.day * 400
        #expect(throws: LedgerError.self) {
            try pair.wallet.absorb(
                reply, serverKey: pair.serverKey.verifyingKey, own: .init(time: pair.now))
        }
        #expect(pair.wallet == before)
    }

    // Goal: one who has a wrong clock is not refused: it was always wrong, or was set.
    @Test(arguments: [-20_000, 20_000])
    func aWrongClockOfTheDeviceIsNot(days: Int) throws {
        var pair = SignedPair()
        let wrong = Self.day * days
        for skew in [.zero, wrong < .zero ? wrong : .zero, wrong, wrong] {
            let reply = try pair.reply(to: pair.request())
            try pair.wallet.absorb(
                reply, serverKey: pair.serverKey.verifyingKey, own: .init(time: pair.now + skew))
        }
    }

    // Goal: a future that was believed once does not last: the server and the device's own clock
    // together take it back; an old reply alone does not.
    @Test func aWrongFutureDoesNotLast() throws {
        var pair = SignedPair()
        var reply = try pair.reply(to: pair.request())
        let right = reply.time
        reply.time = right + Self.day * 400
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey)
        reply.time = right
        try pair.wallet.absorb(
            reply, serverKey: pair.serverKey.verifyingKey, own: .init(time: right + Self.day))
        #expect(pair.wallet.serverTime == right + Self.day * 400)
        try pair.wallet.absorb(
            reply, serverKey: pair.serverKey.verifyingKey, own: .init(time: right))
        #expect(pair.wallet.serverTime == right)
        guard case .success = pair.wallet.permission(now: right) else {
            return #expect(Bool(false), "locked out")
        }
    }

    // Goal: within one start of the device's machine the clock that cannot be set decides, whatever
    // the wall clock says: it refuses what it has not seen, and takes what it has.
    @Test(arguments: [0, -5 * 3600, 3 * 86_400])
    func theClockThatCannotBeSetDecides(wrongBy seconds: Int) throws {
        var pair = SignedPair()
        var reply = try pair.reply(to: pair.request())
        func own(_ elapsed: Duration) -> ClockReading {
            ClockReading(
                time: pair.now + .seconds(seconds) + elapsed,
                boot: BootTime(boot: "b", milliseconds: 5_000 + elapsed.wholeMilliseconds))
        }
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey, own: own(.zero))
        let edge = pair.now + Self.day + Self.day
        reply.time = edge + .milliseconds(1)
        #expect(
            throws: LedgerError.serverClockAhead(by: Self.day + .milliseconds(1), limit: Self.day)
        ) {
            try pair.wallet.absorb(
                reply, serverKey: pair.serverKey.verifyingKey, own: own(Self.day))
        }
        reply.time = edge
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey, own: own(Self.day))
        #expect(pair.wallet.serverTime == edge)
    }

    // Goal: a server that was behind is believed once it is right: both wall clocks agree.
    @Test func aServerThatWasBehindIsBelieved() throws {
        var pair = SignedPair()
        let boot = try #require(BootTime(boot: "b", milliseconds: 1))
        let own = ClockReading(time: pair.now + Self.day * 400, boot: boot)
        try pair.wallet.absorb(
            pair.reply(to: pair.request()), serverKey: pair.serverKey.verifyingKey, own: own)
        pair.now = own.time
        try pair.wallet.absorb(
            pair.reply(to: pair.request()), serverKey: pair.serverKey.verifyingKey, own: own)
        #expect(pair.wallet.serverTime == own.time)
    }

    // Goal: a lease ends when so much time has passed as it was lent for, however the wall clock is
    // set meanwhile.
    @Test func aClockThatIsHeldBackGainsNothing() throws {
        var pair = SignedPair()
        let start = pair.now
        func own(_ elapsed: Duration) -> ClockReading {
            ClockReading(
                time: start, boot: BootTime(boot: "b", milliseconds: elapsed.wholeMilliseconds))
        }
        try pair.wallet.absorb(
            pair.reply(to: pair.request()), serverKey: pair.serverKey.verifyingKey,
            own: own(.zero))
        pair.wallet.present = own(pair.policy.lease - .milliseconds(1))
        #expect(throws: Never.self) { try pair.wallet.permission(now: start).get() }
        pair.wallet.present = own(pair.policy.lease)
        #expect(throws: RefusedReason.self) { try pair.wallet.permission(now: start).get() }
    }

    // Goal: an old reply from the future that was taken back brings no lease to life again.
    @Test func anOldReplyFromTheFutureChangesNothing() throws {
        var pair = SignedPair()
        let right = pair.now
        pair.now = right + .seconds(10 * 3600)
        let old = try pair.reply(to: pair.request())
        let key = pair.serverKey.verifyingKey
        try pair.wallet.absorb(old, serverKey: key, own: .init(time: right))
        pair.ledger.setTimeBack(to: right, policy: pair.policy)
        pair.now = right
        try pair.wallet.absorb(
            pair.reply(to: pair.request()), serverKey: key, own: .init(time: right))
        try pair.wallet.absorb(old, serverKey: key, own: .init(time: right))
        let later = right + .seconds(11 * 3600)
        #expect(pair.wallet.permission(now: later) == .failure(.leaseDatedAhead))
        let stored = pair.restored(from: pair.wallet.snapshot, spends: [])
        #expect(stored.permission(now: later) == .failure(.leaseDatedAhead))
    }

    // Goal: leases that are dated ahead cannot be used once the time was taken back, and are
    // exchanged; the credit is lent once.
    @Test func leasesDatedAheadAreExchanged() throws {
        var pair = SignedPair()
        let right = pair.now
        pair.now = right + Self.day * 400
        try pair.contact()
        pair.ledger.setTimeBack(to: right, policy: pair.policy)
        #expect(pair.ledger.balance == .init(granted: 2, free: 0, leased: 2, spent: 0))
        pair.now = right
        let own = ClockReading(time: right)
        let key = pair.serverKey.verifyingKey
        try pair.wallet.absorb(pair.reply(to: pair.request()), serverKey: key, own: own)
        #expect(pair.wallet.permission(now: right) == .failure(.leaseDatedAhead))
        #expect(pair.wallet.hasLeasesDatedAhead(now: right))
        try pair.wallet.absorb(pair.reply(to: pair.request()), serverKey: key, own: own)
        #expect(!pair.wallet.hasLeasesDatedAhead(now: right))
        #expect(throws: Never.self) { try pair.wallet.permission(now: right).get() }
        #expect(pair.ledger.balance == .init(granted: 2, free: 0, leased: 2, spent: 0))
        #expect(pair.ledger.currentLeases.allSatisfy { $0.issued == right })
    }
}
