import CreditLedger
import SignedObjects

// What is registered and what is withheld: each device spends for a model of its own.
extension LedgerModel {
    /// The model and the works of a device's spends, and what the seed makes of them.
    static func parts(_ device: Int, _ index: Int) -> RenderSpec {
        RenderSpec(
            model: digest(1, device), works: digest(2, device), settings: digest(device, index),
            seed: 0, engine: "1")
    }

    /// The file of the one work that the device's model learned from.
    static func work(_ device: Int) -> Digest { digest(3, device) }

    private static func digest(_ first: Int, _ second: Int) -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        (bytes[0], bytes[1]) = (UInt8(first), UInt8(second))
        return Digest(checked: bytes)
    }

    /// One model is withheld itself, the other by its work.
    static func withholding(_ device: Int) -> Withholding {
        Withholding(
            device == 0 ? .model(digest(1, 0)) : .work(work(device)), caseNumber: 1 + device)
    }

    func isWithheld(_ device: Int) -> Bool {
        server.standing.withholdings.contains(Self.withholding(device))
    }

    func isRegistered(_ device: Int) -> Bool { !hasRights || registered.contains(device) }

    /// Whether nothing about its model keeps a device's spends from their receipts.
    func isReady(_ device: Int) -> Bool { isRegistered(device) && !isWithheld(device) }

    /// What may become of rights.
    var rightsActions: [Action] {
        guard hasRights else { return [] }
        return [0, 1].flatMap { device -> [Action] in
            var actions: [Action] = registered.contains(device) ? [] : [.register(device)]
            if isWithheld(device) {
                actions.append(.release(device))
            } else if server.orders.count < 3 {
                actions.append(.withhold(device))
            }
            return actions
        }
    }

    /// What the server looks up for a contact, with its mistakes.
    func models(for contact: LedgerContact) -> [Digest: ModelRights] {
        let needs = LedgerNeeds(contact)
        let anyIsWithheld = [0, 1].contains(where: isWithheld)
        var models: [Digest: ModelRights] = [:]
        for device in [0, 1] {
            let isRegistered = isRegistered(device) || mistake == .ignoresRegistration
            let named = needs.withholdings.contains(Self.withholding(device))
            let isOverlooked = mistake == .overlooksWithheldWorks && device == 1
            // Of an unregistered model nobody knows the works.
            let isHit = isWithheld(device) && (isRegistered || device == 0)
            let isWithheld = isHit && !named && !isOverlooked
            models[Self.digest(1, device)] = ModelRights(
                works: isRegistered ? Self.digest(2, device) : nil, workCount: 1,
                isWithheld: isWithheld || (mistake == .holdsOtherModels && anyIsWithheld),
                namedWorks: needs.withheldWorks.intersection(
                    isOverlooked || !isRegistered ? [] : [Self.work(device)]))
        }
        return models
    }

    /// Both models as nothing stands in their way.
    static var readyModels: [Digest: ModelRights] {
        Dictionary(
            uniqueKeysWithValues: [0, 1].map { device in
                (
                    digest(1, device),
                    ModelRights(works: digest(2, device), workCount: 1, isWithheld: false)
                )
            })
    }

    mutating func withhold(_ device: Int) throws {
        try server.withhold(
            Self.withholding(device), reason: "test", now: now, signer: Self.signer)
    }

    mutating func release(_ device: Int) throws {
        let withholding = Self.withholding(device)
        try server.release(withholding, reason: "test", now: now, signer: Self.signer)
        guard mistake == .dropsWhatItHeld else { return }
        let leases = server.leases.map { record in
            var record = record
            if record.lease.payload.device == Self.device(device),
                record.claim?.outcome == .held
            {
                record.claim?.outcome = .uncredited
            }
            return record
        }
        server = rebuilt(leases: leases)
    }

    /// The first rule about rights that is broken, if any.
    func violationOfRights(after action: Action, from before: LedgerModel) -> String? {
        guard hasRights, action != .restoreServer else { return nil }
        for receipt in newReceipts(since: before) {
            guard let device = [0, 1].first(where: { Self.device($0) == receipt.payload.device })
            else { continue }
            if !registered.contains(device) { return "I14: a receipt for an unregistered model" }
            if isWithheld(device) { return "I14: a receipt for a withheld model" }
        }
        if case .contact(let device) = action, epoch > 1, isForgotten(device, before) {
            return "I8: a withholding was forgotten"
        }
        guard case .deliver = action, !isSuspended, !isPaused, server.wait == nil else {
            return nil
        }
        let late = server.leases.count { record in
            let lease = record.lease.payload
            return record.claim?.outcome == .held && !server.standing.isRevoked(lease.device)
                && server.knownCredits[lease.credit]?.state != .leased(lease.lease)
        }
        let balance = server.balance
        return late > balance.free + balance.leased
            ? "I15: more late spends wait than there are credits" : nil
    }

    /// Whether a withholding that a device knows of is gone when it has handed in all, though
    /// nobody lifted it.
    private func isForgotten(_ device: Int, _ before: LedgerModel) -> Bool {
        guard !excused.contains(device), wallets[device].hasMet(epoch),
            wallets[device].confirmedOrderCount(in: epoch) == server.orders.count
        else { return false }
        let lifted = server.orders.compactMap { order in
            order.payload.kind == .release && order.payload.serial > server.baseSerial
                && !before.wallets[device].orders.contains(order)
                ? order.payload.withholding : nil
        }
        return !before.wallets[device].standing.withholdings.subtracting(lifted)
            .isSubset(of: server.standing.withholdings)
    }

    /// The first hold in an answer whose reason is not what stands in the way.
    func violationOfReasons(in answer: LedgerAnswer, to contact: LedgerContact) -> String? {
        guard hasRights, answer.lacks == nil,
            let device = [0, 1].first(where: { Self.device($0) == contact.device })
        else { return nil }
        let reason: LedgerReply.HoldReason =
            if isRevoked(device) {
                .revoked
            } else if isSuspended {
                .suspended
            } else if isPaused {
                .paused
            } else if isWithheld(device), device == 0 || registered.contains(device) {
                .withheld
            } else if !registered.contains(device) {
                .unregistered
            } else {
                .restored
            }
        let isOther = answer.held.contains { $0.reason != reason }
        return isOther ? "I14: a spend is held for another reason than is told" : nil
    }
}
