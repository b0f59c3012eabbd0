package import SignedObjects

// Devices hand in what a restored server lost.
extension ServerLedger {
    /// Begins a new epoch: the ledger may be older than what devices hold.
    ///
    /// - Parameter isFirst: Whether no epoch was begun before. Else a device may have met none of
    ///   those since, so its orders may differ from where the first one began.
    package mutating func beginEpoch(
        waitingFor devices: Set<DeviceID>, until: UnixTime, isFirst: Bool = true
    ) {
        baseSerial = isFirst ? standing.serial : min(baseSerial, standing.serial)
        wait = LedgerWait(devices: devices, until: until)
        endWait()
    }

    /// Whether something may be lent or signed: nobody is waited for.
    func mayGive(at now: UnixTime) -> Bool { wait.map { $0.until <= now } ?? true }

    /// A device has handed in all that it held, or will never come again.
    mutating func stopWaiting(for device: DeviceID) {
        wait?.devices.remove(device)
        endWait()
    }

    private mutating func endWait() {
        if wait?.devices.isEmpty == true { wait = nil }
    }

    /// Takes over what this server signed and does not know; safe to repeat.
    mutating func takeOver(
        _ handedIn: HandedIn, from device: DeviceID, _ signer: LedgerSigner
    ) throws(JWSError) {
        for order in handedIn.orders { try takeOver(order, from: device, signer) }
        for receipt in handedIn.receipts { takeOver(receipt) }
        for lease in handedIn.leases { takeOver(lease) }
    }

    /// The next order keeps its serial. One whose serial was given away meanwhile is signed anew at
    /// the
    /// end, where it still says something: what the server's people have decided since goes before.
    private mutating func takeOver(
        _ order: JWS<Order>, from device: DeviceID, _ signer: LedgerSigner
    ) throws(JWSError) {
        let payload = order.payload
        guard payload.serial <= standing.serial else {
            guard payload.serial == standing.serial + 1 else { return }
            return take(order)
        }
        guard knownOrders[payload.serial] != order, wait?.devices.contains(device) == true,
            adds(payload)
        else { return }
        take(
            try signer.order(
                Order(
                    account: account, serial: standing.serial + 1, kind: payload.kind,
                    reason: payload.reason, text: payload.text, until: payload.until,
                    device: payload.device, appeal: payload.appeal,
                    caseNumber: payload.caseNumber, work: payload.work, model: payload.model,
                    time: max(clock, payload.time))))
    }

    private func adds(_ order: Order) -> Bool {
        guard standing.serial < LedgerLimits.ordersPerAccount else { return false }
        switch order.kind {
        case .suspend:
            // One that has ended by itself, here or there, stands in the way of none.
            let isInForce = order.until.map { clock < $0 } ?? true
            return isInForce && standing.suspension(at: clock) == nil
        case .revokeDevice: return order.device.map { !standing.isRevoked($0) } ?? false
        case .withhold:
            return order.withholding.map { !standing.withholdings.contains($0) } ?? false
        case .reinstate, .pauseService, .resumeService, .grant, .note, .caseOpened, .caseLetter,
            .caseDecision, .release:
            return false
        }
    }

    /// Puts an order that is signed at the end of the orders.
    mutating func take(_ order: JWS<Order>) {
        let payload = order.payload
        knownOrders[payload.serial] = order
        standing.apply(payload)
        if payload.kind == .grant {
            let room = LedgerLimits.creditsPerAccount - totals.granted
            let first = totals.granted
            for index in first..<first + min(max(0, payload.credits), max(0, room)) {
                set(.free, ofCredit: index)
            }
        }
        if payload.kind == .revokeDevice, let device = payload.device {
            stopWaiting(for: device)
        }
    }

    /// A receipt keeps its index in the log, and its credit is spent.
    private mutating func takeOver(_ receipt: JWS<Receipt>) {
        let payload = receipt.payload
        guard (0..<LedgerLimits.creditsPerAccount).contains(payload.logIndex),
            knownReceipts[payload.logIndex] == nil, let credit = knownCredits[payload.credit]
        else { return }
        if case .spent = credit.state { return }
        set(.spent(receipt: payload.logIndex), ofCredit: payload.credit)
        knownCredits[payload.credit]?.epoch = max(credit.epoch, payload.epoch)
        knownReceipts[payload.logIndex] = receipt
        totals.knownReceipts += 1
        if payload.logIndex >= totals.receipts {
            totals.receipts = payload.logIndex + 1
            totals.receiptHead = Self.head(after: receipt)
        }
        for index in leases.indices where leases[index].claim?.spend.digest == payload.spend {
            leases[index].claim?.outcome = .receipt(payload.logIndex)
        }
    }

    /// A lease that went out later than the ledger knows is current; else its spend is a late one.
    private mutating func takeOver(_ lease: JWS<Lease>) {
        let payload = lease.payload
        guard let credit = knownCredits[payload.credit],
            !leases.contains(where: { $0.lease.payload.lease == payload.lease })
        else { return }
        // Lent in a future that was taken back before the server was restored.
        let isAhead = payload.issued - clock > LedgerLimits.clockTolerance
        leases.append(LeaseRecord(lease: lease, redated: isAhead ? clock : nil))
        if case .spent = credit.state { return }
        guard payload.epoch > credit.epoch else { return }
        set(.leased(payload.lease), ofCredit: payload.credit)
        knownCredits[payload.credit]?.epoch = payload.epoch
    }
}

/// After the server was restored: the devices that may hold what it lost.
///
/// Until each of them has handed that in, nothing is lent or signed for the account: the same
/// credit could go out twice.
package struct LedgerWait: Hashable, Sendable {
    /// The devices that have not come yet.
    package var devices: Set<DeviceID>
    /// From then on nobody is waited for.
    package let until: UnixTime

    /// A wait for devices; it ends when none is left, or at `until`.
    package init(devices: Set<DeviceID>, until: UnixTime) {
        self.devices = devices
        self.until = until
    }
}
