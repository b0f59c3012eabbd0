package import SignedObjects

// Whoever stores ledgers reads the part of one that a change touches, by the same rules.
extension ServerLedger {
    /// The part of this ledger that `needs` asks for; it decides as the whole does.
    package func view(
        _ needs: LedgerNeeds, policy: LedgerPolicy, now: UnixTime
    ) -> ServerLedger {
        var view = self
        let open = leases.filter { phase(of: $0) == .open }
        let chosen = needs.leases.union(open.map(\.lease.payload.lease))
            .union(placed(needs)).union(idle(needs, open.count, policy, max(clock, now)))
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
            needs.toldOrders.contains($0.key) || needs.orders.contains($0.key)
        }
        view.forks = []
        let devices = Set(view.leases.map(\.lease.payload.device))
        view.standing = standing.restricted(
            to: needs.device.map { devices.union([$0]) } ?? devices)
        return view
    }

    /// The first lease that was spent at each of the places.
    private func placed(_ needs: LedgerNeeds) -> [LeaseID] {
        needs.places.compactMap { place in
            leases.first { record in
                record.claim?.spend.payload.journal == place.journal
                    && record.claim?.spend.payload.number == place.number
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

    /// Whether so many leases went without use that their dates have to be looked at.
    package func mayLendTooMuch(open: Int, _ policy: LedgerPolicy) -> Bool {
        totals.idle + totals.uncredited + open >= policy.unusedLeasesPerDay
    }
}
