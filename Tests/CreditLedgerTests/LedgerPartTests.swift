import CreditLedger
import LedgerModel
import SignedObjects
import TestSupport
import Testing

struct LedgerPartTests {
    // Goal: the part of a ledger that a contact needs decides as the whole does.
    // Method: long histories at random from printed seeds, with so many leases that some are
    // forgotten and so many unused that lending stops; each contact is made of the whole and of
    // the part, and what comes of them must be the same.
    @Test func aPartDecidesAsTheWhole() throws {
        var seen: Set<String> = []
        for seed in SeededGenerator.seeds(5) {
            print("seed \(seed)")
            var history = RandomHistory(seed: seed)
            for step in 0..<900 {
                let difference = try history.step()
                try #require(difference == nil, "seed \(seed), step \(step): \(difference ?? "")")
            }
            seen.formUnion(history.seen)
        }
        #expect(
            seen == [
                "forgotten", "waited", "fork", "contradiction", "receipts", "double-spend",
                "uncredited", "unknown-lease", "suspended", "unregistered", "withheld",
            ])
    }

    // Goal: what a contact has to look at does not grow with what the account has had before.
    @Test func aPartDoesNotGrowWithThePast() throws {
        var sizes: Set<[Int]> = []
        for rounds in [3, 60] {
            var pair = SignedPair()
            try pair.ledger.grant(100, reason: "test", now: pair.now, signer: pair.signer)
            for round in 0..<rounds {
                try pair.contact()
                try pair.spend("\(round)")
                try pair.contact()
                try pair.ledger.suspend(reason: "test", now: pair.now, signer: pair.signer)
                try pair.ledger.reinstate(reason: "test", now: pair.now, signer: pair.signer)
            }
            while try pair.contact().orders.count > 0 {}
            let contact = try LedgerContact(
                verifying: pair.request(), account: pair.account,
                deviceKey: pair.deviceKey.verifyingKey, serverKey: pair.serverKey.verifyingKey)
            let part = pair.ledger.view(LedgerNeeds(contact), policy: pair.policy, now: pair.now)
            #expect(pair.ledger.receipts.count == rounds)
            sizes.insert([
                part.leases.count, part.knownCredits.count, part.knownReceipts.count,
                part.knownOrders.count,
            ])
        }
        #expect(sizes.count == 1)
    }
}

/// A ledger of three devices, of which each step is also made with a part alone.
private struct RandomHistory {
    private static let policy = LedgerPolicy(
        freeCredits: 3, lease: .seconds(40 * 3600), grace: .seconds(10 * 3600),
        leasesPerDevice: 2, unusedLeasesPerDay: 60)
    private static let account = AccountID(checked: [UInt8](repeating: 7, count: 16))

    private var random: SeededGenerator
    private var ledger: ServerLedger
    private var now = UnixTime(milliseconds: 1_760_000_000_000)
    /// Every lease that was ever told, and the spends that were made.
    private var leases: [Lease] = []
    private var spends: [JWS<Spend>] = []
    /// What is registered of the two models that are spent for.
    private var models: [Digest: ModelRights] = [:]
    private var names = 0
    private var outcomes: Set<LedgerReply.Refusal> = []
    private var holds: Set<LedgerReply.HoldReason> = []
    private var hasForgotten = false
    private var hasWaited = false

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        ledger = ServerLedger(account: Self.account, policy: Self.policy, now: now)
    }

    /// What has happened of all that matters.
    var seen: Set<String> {
        var seen = Set(outcomes.map(\.rawValue)).union(holds.map(\.rawValue))
        if hasForgotten { seen.insert("forgotten") }
        if hasWaited { seen.insert("waited") }
        if ledger.forkCount > 0 { seen.insert("fork") }
        if ledger.contradictionCount > 0 { seen.insert("contradiction") }
        if ledger.receiptCount > 10 { seen.insert("receipts") }
        return seen
    }

    mutating func step() throws -> String? {
        now = now + .seconds(random.oneIn(60) ? 60 * 3600 : random.below(1500))
        switch random.below(40) {
        case 0 where random.oneIn(3): try ledger.suspend(reason: "a", now: now, signer: Self.signer)
        case 1...3: try ledger.reinstate(reason: "a", now: now, signer: Self.signer)
        case 4 where random.oneIn(2):
            try ledger.grant(1 + random.below(3), reason: "a", now: now, signer: Self.signer)
        case 5 where random.oneIn(40):
            try ledger.revoke(Self.device(2), reason: "a", now: now, signer: Self.signer)
        case 6:
            models[Digest(of: "m\(random.below(2))")] = ModelRights(
                works: Digest(of: "works"), workCount: 2, isWithheld: random.oneIn(3))
        case 7: models[Digest(of: "m\(random.below(2))")] = nil
        default: return try contact()
        }
        return nil
    }

    private mutating func contact() throws -> String? {
        let place = random.below(3)
        let own = leases.filter { $0.device == Self.device(place) }
        var (told, given): ([JWS<Spend>], [JWS<Return>]) = ([], [])
        for lease in own.suffix(4) where !random.oneIn(4) {
            if random.oneIn(60) { told.append(spend(lease)) } else { given.append(giveBack(lease)) }
        }
        if random.oneIn(40), let old = own.prefix(200).randomElement(using: &random) {
            told.append(spend(old))
        }
        if random.oneIn(20), let old = spends.randomElement(using: &random),
            old.payload.device == Self.device(place)
        {
            told.append(old)
        }
        let contact = LedgerContact(
            device: Self.device(place), spends: told, returns: given, wantedLeases: 2,
            orderSerial: random.below(ledger.standing.serial + 1))
        return try make(contact)
    }

    private mutating func make(_ contact: LedgerContact) throws -> String? {
        let before = ledger
        let (first, time, models) = (names, now, models)
        var used = 0
        func exchange(_ ledger: inout ServerLedger) throws -> LedgerAnswer {
            used = 0
            return try ledger.exchange(
                contact, models: models, epoch: 1, now: time, policy: Self.policy,
                signer: Self.signer
            ) {
                used += 1
                return LeaseID(checked: Array(Digest(of: "\(first + used)").bytes.prefix(16)))
            }
        }
        let part = try before.exchangingPart(
            contact, policy: Self.policy, now: now, { try exchange(&$0) })
        let answer = try exchange(&ledger)
        names += used
        guard part.answer == answer else { return "another answer to \(contact)" }
        guard part.ledger == ledger else { return "another ledger after \(contact)" }
        leases += answer.leases.map(\.payload).filter { !leases.contains($0) }
        outcomes.formUnion(answer.refused.map(\.reason))
        holds.formUnion(answer.held.map(\.reason))
        if answer.lendsFrom != nil { hasWaited = true }
        if before.leases.count > ledger.leases.count { hasForgotten = true }
        return nil
    }

    private mutating func spend(_ lease: Lease) -> JWS<Spend> {
        let number = spends.count + 1 - (random.oneIn(8) ? 1 : 0)
        let payload = Spend(
            account: Self.account, device: lease.device, lease: lease.lease, credit: lease.credit,
            epoch: lease.epoch, journal: JournalID(checked: lease.device.bytes), number: number,
            previous: .zero,
            parts: SignedPair.parts("\(spends.count)", model: "m\(random.below(2))"), time: now,
            orderSerial: 0)
        let spend = JWS(trusting: payload, compact: "S \(lease.lease) \(payload.body)")
        spends.append(spend)
        return spend
    }

    private func giveBack(_ lease: Lease) -> JWS<Return> {
        JWS(
            trusting: Return(
                account: Self.account, device: lease.device, lease: lease.lease,
                credit: lease.credit, epoch: lease.epoch, time: now),
            compact: "R \(lease.lease)")
    }

    private static func device(_ place: Int) -> DeviceID {
        DeviceID(checked: [UInt8](repeating: UInt8(place + 1), count: 16))
    }

    private static let signer = LedgerSigner(
        lease: { JWS(trusting: $0, compact: "L \($0.lease)") },
        receipt: { JWS(trusting: $0, compact: "C \($0.spend) \($0.logIndex)") },
        order: { JWS(trusting: $0, compact: "O \($0.serial)") })
}
