package import SignedObjects

/// What one change of a ledger may have to look at: the rest of the ledger decides nothing.
///
/// Open leases, the lowest free credits and the totals belong to it always.
package struct LedgerNeeds: Sendable, Equatable {
    /// A place in a device's journal.
    package struct Place: Hashable, Sendable {
        /// The journal.
        package let journal: JournalID
        /// The number of the spend in it.
        package let number: Int
    }

    /// The device that asks, or that is decided about.
    package var device: DeviceID?
    /// Leases that are named.
    package var leases: Set<LeaseID> = []
    /// Places of the device's journals at which another spend may stand already.
    package var places: Set<Place> = []
    /// How many leases may be added that are unknown so far.
    package var added = 0
    /// How many spends may have to be charged to other credits.
    package var spends = 0
    /// Orders after this serial are told; nil where none are.
    package var ordersAfter: Int?
    /// Orders that are named by their serials.
    package var orders: Set<Int> = []
    /// Receipts that are named by their places in the log.
    package var receipts: Set<Int> = []
    /// Credits that are named.
    package var credits: Set<Int> = []

    /// For a decision of the server's people, which names a device at most.
    package init(device: DeviceID? = nil) { self.device = device }

    /// For one contact.
    package init(_ contact: LedgerContact) {
        device = contact.device
        leases = Set(contact.spends.map(\.payload.lease) + contact.returns.map(\.payload.lease))
        places = Set(
            contact.spends.map { Place(journal: $0.payload.journal, number: $0.payload.number) })
        spends = contact.spends.count
        ordersAfter = contact.orderSerial
        guard let handedIn = contact.handedIn else { return }
        orders = Set(handedIn.orders.map(\.payload.serial))
        receipts = Set(handedIn.receipts.map(\.payload.logIndex))
        credits = Set(
            handedIn.receipts.map(\.payload.credit) + handedIn.leases.map(\.payload.credit))
        leases.formUnion(handedIn.leases.map(\.payload.lease))
        added = handedIn.leases.count
    }

    /// The serials of the orders that are told.
    package var toldOrders: Range<Int> {
        guard let ordersAfter else { return 0..<0 }
        let first = ordersAfter.addingReportingOverflow(1)
        let end = first.partialValue.addingReportingOverflow(LedgerLimits.ordersPerReply)
        return first.overflow || end.overflow ? 0..<0 : first.partialValue..<end.partialValue
    }

    /// How many free credits there have to be, where there are as many.
    package func freeCredits(open: Int, policy: LedgerPolicy) -> Int {
        spends + open + added + policy.leasesPerDevice
    }

    /// How many of the newest leases that went unused have to be looked at: each spend may use one.
    package func unusedLeases(_ policy: LedgerPolicy) -> Int {
        max(0, policy.unusedLeasesPerDay) + spends + added
    }

    /// How many of the oldest idle leases may have to be forgotten.
    package func forgotten(idle: Int, open: Int) -> Int {
        max(0, idle + open + added - LedgerLimits.rememberedLeases)
    }
}
