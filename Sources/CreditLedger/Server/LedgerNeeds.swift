package import SignedObjects

/// The rows of a ledger that one change may read; no other row affects its result.
///
/// Open leases, the lowest free credits and the totals are always among them.
package struct LedgerNeeds: Sendable, Equatable {
    /// The position of a spend in one of the device's journals.
    package struct JournalPosition: Hashable, Sendable {
        /// The journal.
        package let journal: JournalID
        /// The number of the spend in it.
        package let number: Int
    }

    /// The device that asks, or that is decided about.
    package var device: DeviceID?
    /// Other devices that handed-in orders name: whether they are revoked already.
    package var namedDevices: Set<DeviceID> = []
    /// Leases that the change names.
    package var leases: Set<LeaseID> = []
    /// Positions in the device's journals at which another spend may stand already.
    package var journalPositions: Set<JournalPosition> = []
    /// The most leases that the change may add.
    package var added = 0
    /// The most spends that may be charged to another credit than their lease's.
    package var spends = 0
    /// Orders after this serial are sent to the device; nil: none are.
    package var ordersAfter: Int?
    /// Serials of orders that the change names.
    package var orders: Set<Int> = []
    /// Receipts that are named by their index in the log.
    package var receipts: Set<Int> = []
    /// Indices of credits that the change names.
    package var credits: Set<Int> = []

    /// Models that spends of the contact name.
    package var models: Set<Digest> = []
    /// What handed-in orders withhold or release.
    package var withholdings: Set<Withholding> = []

    /// The rows for an order of the operator, which names one device at most.
    package init(device: DeviceID? = nil) { self.device = device }

    /// The rows for one contact of a device.
    package init(_ contact: LedgerContact) {
        device = contact.device
        leases = Set(contact.spends.map(\.payload.lease) + contact.returns.map(\.payload.lease))
        journalPositions = Set(
            contact.spends.map {
                JournalPosition(journal: $0.payload.journal, number: $0.payload.number)
            })
        spends = contact.spends.count
        models = Set(contact.spends.map(\.payload.parts.model))
        ordersAfter = contact.orderSerial
        guard let handedIn = contact.handedIn else { return }
        orders = Set(handedIn.orders.map(\.payload.serial))
        namedDevices = Set(handedIn.orders.compactMap(\.payload.device))
        withholdings = Set(handedIn.orders.compactMap(\.payload.withholding))
        receipts = Set(handedIn.receipts.map(\.payload.logIndex))
        credits = Set(
            handedIn.receipts.map(\.payload.credit) + handedIn.leases.map(\.payload.credit))
        leases.formUnion(handedIn.leases.map(\.payload.lease))
        added = handedIn.leases.count
    }

    /// The serials of the orders that are sent to the device.
    package var sentOrders: Range<Int> {
        guard let ordersAfter else { return 0..<0 }
        let first = ordersAfter.addingReportingOverflow(1)
        let end = first.partialValue.addingReportingOverflow(LedgerLimits.ordersPerReply)
        return first.overflow || end.overflow ? 0..<0 : first.partialValue..<end.partialValue
    }

    /// The most free credits that the change may use.
    package func freeCredits(open: Int, policy: LedgerPolicy) -> Int {
        spends + open + added + policy.leasesPerDevice
    }

    /// The most of the newest unused leases that the change may read: each spend may use one.
    package func unusedLeases(_ policy: LedgerPolicy) -> Int {
        max(0, policy.unusedLeasesPerDay) + spends + added
    }

    /// The most idle leases, oldest first, that the change may delete.
    package func forgotten(idle: Int, open: Int) -> Int {
        max(0, idle + open + added - LedgerLimits.rememberedLeases)
    }
}

// Whoever stores ledgers reads the part of one that a change touches, by the same rules.
extension ServerLedger {
    /// The part of this ledger that `needs` asks for; it decides as the whole does.
    package func view(
        _ needs: LedgerNeeds, policy: LedgerPolicy, now: UnixTime
    ) -> ServerLedger {
        var view = self
        let open = leases.filter { phase(of: $0) == .open }
        let chosen = needs.leases.union(open.map(\.lease.payload.lease))
            .union(claimed(at: needs)).union(idle(needs, open.count, policy, max(clock, now)))
        view.leases = leases.filter { chosen.contains($0.lease.payload.lease) }
        let free = knownCredits.filter { $0.value.state == .free }.keys.sorted()
        let credits = needs.credits.union(view.leases.map(\.lease.payload.credit))
            .union(free.prefix(needs.freeCredits(open: open.count, policy: policy)))
        view.knownCredits = knownCredits.filter { credits.contains($0.key) }
        let receipts = needs.receipts.union(
            view.leases.compactMap { record in
                if case .receipt(let index)? = record.claim?.outcome { index } else { nil }
            })
        view.knownReceipts = knownReceipts.filter { receipts.contains($0.key) }
        view.knownOrders = knownOrders.filter {
            needs.sentOrders.contains($0.key) || needs.orders.contains($0.key)
        }
        view.forks = []
        let devices = needs.namedDevices.union(view.leases.map(\.lease.payload.device))
        view.standing = standing.restricted(
            to: needs.device.map { devices.union([$0]) } ?? devices,
            naming: needs.withholdings)
        return view
    }

    /// The first lease that was spent at each of the journal positions.
    private func claimed(at needs: LedgerNeeds) -> [LeaseID] {
        needs.journalPositions.compactMap { position in
            leases.first { record in
                record.claim?.spend.payload.journal == position.journal
                    && record.claim?.spend.payload.number == position.number
                    && record.lease.payload.device == needs.device
            }?.lease.payload.lease
        }
    }

    /// The newest leases without use where there may be too many, the oldest where some are
    /// forgotten.
    private func idle(
        _ needs: LedgerNeeds, _ open: Int, _ policy: LedgerPolicy, _ now: UnixTime
    ) -> [LeaseID] {
        let idle = leases.filter { phase(of: $0) == .idle }
        let oldest = idle.prefix(needs.forgotten(idle: totals.idle, open: open))
        var chosen = oldest.map(\.lease.payload.lease)
        if mayLendTooMuch(open: open + needs.added, policy) {
            let newest = leases.enumerated().filter { _, record in
                [.idle, .uncredited].contains(phase(of: record))
                    && now < record.issued + Self.day
            }.sorted { left, right in
                (left.element.issued, left.offset) > (right.element.issued, right.offset)
            }
            chosen += newest.prefix(needs.unusedLeases(policy)).map(\.element.lease.payload.lease)
        }
        return chosen
    }

    /// Whether so many leases may be unused that the daily limit depends on their dates.
    package func mayLendTooMuch(open: Int, _ policy: LedgerPolicy) -> Bool {
        totals.idle + totals.uncredited + open >= policy.unusedLeasesPerDay
    }
}
