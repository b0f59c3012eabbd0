import CreditLedger
import SignedObjects
import Testing

struct WalletClockTests {
    private static let day = Duration.seconds(86_400)

    // Goal: a server that steps 400 days ahead is not believed, and nothing is taken from it.
    @Test func aStepOfTheServerIsRefused() throws {
        var pair = SignedPair()
        var reply = try pair.reply(to: pair.request())
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey, own: pair.now)
        let before = pair.wallet
        reply.time = pair.now + Self.day * 400
        #expect(throws: LedgerError.self) {
            try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey, own: pair.now)
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
                reply, serverKey: pair.serverKey.verifyingKey, own: pair.now + skew)
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
            reply, serverKey: pair.serverKey.verifyingKey, own: right + Self.day)
        #expect(pair.wallet.serverTime == right + Self.day * 400)
        try pair.wallet.absorb(reply, serverKey: pair.serverKey.verifyingKey, own: right)
        #expect(pair.wallet.serverTime == right)
        guard case .success = pair.wallet.permission(now: right) else {
            return #expect(Bool(false), "locked out")
        }
    }
}
