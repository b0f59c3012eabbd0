import CreditLedger
import Foundation
import SignedObjects
import Testing

/// A receipt says that its works are registered and none is withheld; what cannot say so yet waits.
struct HeldSpendTests {
    private static let other = Digest(of: "other model")

    // Goal: a spend of an unregistered model waits, keeps its credit, and gets its receipt once the
    // model is registered, though the lease is long over; the receipt says of how many works.
    @Test func aSpendWaitsForRegistration() throws {
        var pair = SignedPair()
        let registered = pair.models
        pair.models = [:]
        try pair.contact()
        try pair.spend("a")
        let reply = try pair.contact()
        #expect(reply.held.map(\.reason) == [.unregistered] && reply.receipts.isEmpty)
        #expect(pair.wallet.credits(now: pair.now).unregistered == 1)
        pair.now = pair.now + .seconds(60 * 86_400)
        #expect(try pair.contact().held.map(\.reason) == [.unregistered])
        #expect(pair.ledger.balance.leased == 2)
        pair.models = registered
        let after = try pair.contact()
        #expect(after.receipts.count == 1 && after.held.isEmpty)
        #expect(pair.wallet.receiptsBySpend.values.map(\.payload.works) == [1])
        #expect(pair.wallet.credits(now: pair.now).unregistered == 0)
    }

    // Goal: a spend that names other works than its model is registered with gets no receipt.
    @Test func otherWorksAreNotTheRegisteredOnes() throws {
        var pair = SignedPair()
        pair.models = [
            Digest(of: "model"): ModelRights(
                works: Digest(of: "harmless works"), workCount: 9, isWithheld: false)
        ]
        try pair.contact()
        try pair.spend("a")
        #expect(try pair.contact().held.map(\.reason) == [.unregistered])
    }

    // Goal: a spend that names another engine than its model is registered with gets no receipt.
    @Test(arguments: [("1", true), ("atelier-style/7", false)])
    func anotherEngineIsNotTheRegisteredOne(engine: String, isSigned: Bool) throws {
        var pair = SignedPair()
        let known = try #require(pair.models[Digest(of: "model")])
        pair.models[Digest(of: "model")] = ModelRights(
            works: known.works, workCount: 1, engine: engine, isWithheld: false)
        try pair.contact()
        try pair.spend("a")
        let reply = try pair.contact()
        #expect(reply.held.map(\.reason) == (isSigned ? [] : [.unregistered]))
        #expect(reply.receipts.count == (isSigned ? 1 : 0))
    }

    // Goal: a withheld model holds its own spends alone; lifted, they get their receipts.
    @Test func aWithheldModelHoldsItsOwnSpends() throws {
        var pair = SignedPair()
        let rights = try #require(pair.models[Digest(of: "model")])
        pair.models[Self.other] = rights
        try pair.contact()
        try pair.spend("a")
        try pair.spend("b", model: "other model")
        let withholding = Withholding(.model(Self.other), caseNumber: 7)
        let order = try #require(
            try pair.ledger.withhold(
                withholding, reason: "not-own-work", now: pair.now, signer: pair.signer))
        #expect(order.payload.model == Self.other && order.payload.caseNumber == 7)
        let reply = try pair.contact()
        #expect(reply.receipts.count == 1 && reply.held.map(\.reason) == [.withheld])
        #expect(pair.wallet.standing.isWithheld(model: Self.other, works: []))
        // Twice is once, and another case's word does not lift it.
        #expect(
            try pair.ledger.withhold(
                withholding, reason: "again", now: pair.now, signer: pair.signer) == nil)
        #expect(
            try pair.ledger.release(
                Withholding(.model(Self.other), caseNumber: 8), reason: "x", now: pair.now,
                signer: pair.signer) == nil)
        try pair.ledger.release(withholding, reason: "appeal", now: pair.now, signer: pair.signer)
        #expect(try pair.contact().receipts.count == 1)
        #expect(!pair.wallet.standing.isWithheld(model: Self.other, works: []))
    }

    // Goal: where registration is optional an unregistered model gets receipts that claim nothing,
    // and a withheld one none.
    @Test func optionalRegistrationClaimsNothing() throws {
        var pair = SignedPair()
        pair.policy.requiresRegistration = false
        pair.models = [:]
        try pair.contact()
        try pair.spend("a")
        #expect(try pair.contact().receipts.count == 1)
        #expect(pair.wallet.receiptsBySpend.values.map(\.payload.works) == [nil])
        try pair.spend("b")
        let withholding = Withholding(.model(Digest(of: "model")), caseNumber: 1)
        try pair.ledger.withhold(withholding, reason: "r", now: pair.now, signer: pair.signer)
        #expect(try pair.contact().held.map(\.reason) == [.withheld])
    }

    // Goal: nobody grows the ledger by spending returned leases on unregistered models.
    // Method: 50 rounds of borrowing, giving back and spending all the same: with two credits two
    // late spends wait at most, the others are uncredited.
    @Test func lateSpendsThatWaitAreBounded() throws {
        var pair = SignedPair()
        pair.models = [:]
        for round in 0..<50 {
            var cheat = pair
            let reply = try cheat.contact()
            pair.ledger = cheat.ledger
            for text in reply.leases {
                let lease = try JWS<Lease>(
                    verifying: text, with: pair.serverKey.verifyingKey
                ).payload
                let giveBack = try JWS(
                    signing: Return(
                        account: pair.account, device: lease.device, lease: lease.lease,
                        credit: lease.credit, epoch: lease.epoch, time: pair.now),
                    with: pair.deviceKey)
                let spend = try JWS(
                    signing: Spend(
                        account: pair.account, device: lease.device, lease: lease.lease,
                        credit: lease.credit, epoch: lease.epoch, journal: pair.journal,
                        number: round + 1, previous: .zero,
                        parts: SignedPair.parts("\(round)"), time: pair.now, orderSerial: 0),
                    with: pair.deviceKey)
                for request in [
                    LedgerRequest(
                        returns: [giveBack.compact], wantedLeases: 0, orderSerial: 0, epoch: 1),
                    LedgerRequest(
                        spends: [spend.compact], wantedLeases: 0, orderSerial: 0, epoch: 1),
                ] { _ = try pair.reply(to: request) }
            }
            #expect(pair.ledger.heldCount <= 2, "round \(round)")
            pair.now = pair.now + .seconds(3600)
        }
        #expect(pair.ledger.balance.leased == 0 && pair.ledger.heldCount > 0)
    }

    // Goal: a spend's body is that of its parts, or it is no spend.
    // Method: the same object with another body, signed by the right key.
    @Test func aBodyOfOtherPartsIsRefused() throws {
        var pair = SignedPair()
        try pair.contact()
        let spend = try pair.spend("a").spend
        let parts = spend.compact.split(separator: ".")
        let json = try #require(Base64URL.decode(String(parts[1])))
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        object["body"] = Digest(of: "other").description
        let changed = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        let input = parts[0] + "." + Base64URL.encode(changed)
        let text =
            input + "."
            + Base64URL.encode(try pair.deviceKey.signature(for: Array(input.utf8)))
        #expect(throws: JWSError.malformed(type: Spend.type)) {
            try JWS<Spend>(verifying: String(text), with: pair.deviceKey.verifyingKey)
        }
    }

    // Goal: a seed beyond what JSON numbers hold exactly stays what it is.
    @Test(arguments: [0, 1, 1 << 53, UInt64.max])
    func seedsAreExact(seed: UInt64) throws {
        let spec = RenderSpec(
            model: .zero, works: .zero, settings: .zero, seed: seed, engine: "1")
        let json = try CanonicalJSON.encoder.encode(spec)
        #expect(try CanonicalJSON.decode(RenderSpec.self, from: json) == spec)
    }

    // Goal: a withholding that a restored server lost holds again before anything is signed, also
    // where another order has its serial.
    @Test(arguments: [false, true])
    func aLostWithholdingComesBack(placeIsTaken: Bool) throws {
        var pair = SignedPair()
        try pair.contact()
        let backup = pair.ledger
        let withholding = Withholding(.work(Digest(of: "work")), caseNumber: 3)
        try pair.ledger.withhold(withholding, reason: "r", now: pair.now, signer: pair.signer)
        try pair.contact()
        try pair.spend("a")
        pair.restore(backup)
        if placeIsTaken {
            try pair.ledger.grant(1, reason: "new", now: pair.now, signer: pair.signer)
        }
        let works: Set<Digest> = [Digest(of: "work")]
        pair.models[Digest(of: "model")] = ModelRights(
            works: Digest(of: "works"), workCount: 1, isWithheld: false, namedWorks: works)
        for _ in 0..<3 { try pair.contact() }
        #expect(pair.ledger.standing.withholdings == [withholding])
        #expect(pair.ledger.receipts.isEmpty && pair.wallet.held.values.contains(.withheld))
        #expect(pair.wallet.orders == pair.ledger.orders && !pair.wallet.isHandingIn)
    }

    // Goal: an order about rights names a case, and one of a work and a model.
    @Test func ordersAboutRightsAreWhole() throws {
        let pair = SignedPair()
        let digest = Digest(of: "d")
        func order(
            _ kind: Order.Kind, _ number: Int?, work: Digest? = nil, model: Digest? = nil
        ) throws -> Bool {
            let signed = try JWS(
                signing: Order(
                    account: pair.account, serial: 1, kind: kind, reason: "r", text: "",
                    caseNumber: number, work: work, model: model, time: pair.now),
                with: pair.serverKey)
            let key = pair.serverKey.verifyingKey
            return (try? JWS<Order>(verifying: signed.compact, with: key)) != nil
        }
        #expect(try order(.withhold, 1, work: digest) && order(.release, 1, model: digest))
        #expect(try !order(.withhold, nil, work: digest) && !order(.withhold, 0, work: digest))
        #expect(try !order(.withhold, 1) && !order(.release, 1, work: digest, model: digest))
        #expect(try order(.caseLetter, 1) && order(.note, nil))
    }
}
