import CreditLedger
import LedgerModel
import SignedObjects
import Testing

/// Mistakes that an earlier model of the ledger made.
struct LedgerRegressionTests {
    // Goal: walks that broke a rule once break none. 153: the part of the ledger that a contact
    // needs did not know of the revocation of another device, and a handed-in order revoked it
    // again. 175: a message from before its device lost its database came late.
    @Test(arguments: [UInt64(153), 175])
    func walksThatBrokeARule(seed: UInt64) throws {
        var walk = LedgerWalk(seed: seed, isModified: false)
        #expect(try walk.go(500) == nil)
    }

    // Goal: a spend is settled by the state of its credit, not by the time it arrives.
    // Method: a spend that arrives long after its grace, while nobody else has taken the credit.
    @Test func aLateSpendSettlesWhileItsCreditIsStillLent() throws {
        var pair = SignedPair()
        pair.policy.leasesPerDevice = 1
        try pair.contact()
        try pair.spend("late")
        pair.now = pair.now + .seconds(400 * 86_400)
        let reply = try pair.contact()
        #expect(reply.receipts.count == 1)
        #expect(reply.balance == .init(granted: 2, free: 0, leased: 1, spent: 1))
    }

    // Goal: two spends of one credit at different epochs accuse nobody.
    // Method: a lease is given back, the credit is lent again, and both leases' devices are honest.
    @Test func spendsOfDifferentEpochsAreNoProof() throws {
        var pair = SignedPair()
        try pair.contact()
        let first = try #require(
            pair.wallet.unspentLeases.map(\.payload).min { $0.credit < $1.credit })
        try pair.giveBack(first.lease)
        try pair.contact()
        let second = try #require(
            pair.wallet.unspentLeases.first { $0.payload.credit == first.credit })
        #expect(second.payload.epoch == first.epoch + 1)
        try pair.spend("a")
        try pair.spend("b")
        let reply = try pair.contact()
        #expect(reply.receipts.count == 2 && reply.refused.isEmpty)
        #expect(pair.ledger.contradictionCount == 0)
    }

    // Goal: a lease that was used or given back never comes alive again, whatever arrives late.
    // Method: the reply that delivered two leases comes again after one was spent and one returned.
    @Test func aUsedLeaseIsNotDeliveredAgain() throws {
        var pair = SignedPair()
        let delivery = try pair.contact()
        try pair.spend("a")
        let left = try #require(pair.wallet.unspentLeases.first).payload.lease
        try pair.giveBack(left)
        try pair.wallet.absorb(delivery, serverKey: pair.serverKey.verifyingKey)
        #expect(pair.wallet.unspentLeases.isEmpty)
        for lease in pair.wallet.spends.map(\.payload.lease) {
            try pair.giveBack(lease)
        }
        let request = try pair.request()
        #expect(request.returns.count == 1)
    }

    // Goal: a server whose clock was ahead for one contact takes no receipt away. Method: its
    // reply,
    // which lends both credits anew, is lost; the device draws with a lease that it holds and asks
    // again once the clock is right.
    @Test func aLeaseEndedByAWrongClockStillGetsItsReceipt() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.loseReplyFromTheFuture()
        try pair.spend("drawn meanwhile")
        let reply = try pair.contact()
        #expect(reply.refused.isEmpty && reply.receipts.count == 1)
        #expect(reply.balance == .init(granted: 2, free: 0, leased: 1, spent: 1))
        #expect(pair.wallet.unspentLeases.map(\.payload.epoch) == [2])
    }

    // Goal: two leases of one credit count once, and only the later is used. Method: the device
    // gets leases anew while it holds the first ones, as after a clock that was ahead.
    @Test func twoLeasesOfOneCreditCountOnce() throws {
        var pair = SignedPair()
        try pair.contact()
        try pair.loseReplyFromTheFuture()
        try pair.contact()
        #expect(pair.wallet.unspentLeases.count == 2)
        #expect(pair.wallet.unspentLeases.allSatisfy { $0.payload.epoch == 2 })
    }
}
