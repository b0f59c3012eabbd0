import SignedObjects

// What a restored server lost is handed in to it.
extension DeviceWallet {
    /// Whether the server still has to be given what it lost.
    public var isHandingIn: Bool {
        handing != nil || confirmedOrders != nil || waiting?.devices.contains(device) == true
    }

    /// Whether nothing is left to hand in, as far as is known here.
    package var hasHandedIn: Bool { handing == nil }

    /// Whether everything was handed in for the server's `epoch`.
    package func hasMet(_ epoch: Int) -> Bool { metEpoch == epoch }

    /// How many of the orders here are known to be the server's own in `epoch`: all of them, but in
    /// a new epoch, which may have given another order the place of one that was lost.
    package func confirmedOrderCount(in epoch: Int) -> Int {
        hasMet(epoch) || toldEpoch == nil ? confirmedOrders ?? orders.count : 0
    }

    /// The epoch to tell: for which everything was handed in.
    var toldEpoch: Int? {
        let holdsNothing =
            metEpoch == nil && orders.isEmpty && receiptsBySpend.isEmpty && leases.isEmpty
        return holdsNothing ? nil : metEpoch ?? LedgerRequest.noEpoch
    }

    /// The serial after which orders are requested; orders that must be compared again are
    /// requested once more.
    var askedSerial: Int {
        min(handing.map { $0.orders - 1 } ?? confirmedOrders ?? orders.count, orders.count)
    }

    /// The next entries to hand in.
    var handedIn: HandedIn? {
        handing.map(page)
    }

    private func page(_ handing: HandInProgress) -> HandedIn {
        let orders = orders.filter { $0.payload.serial >= handing.orders }
        let receipts = receiptsBySpend.values
            .filter { $0.payload.logIndex >= handing.receipts }
            .sorted { $0.payload.logIndex < $1.payload.logIndex }
        let leases = openLeases
        let sizes =
            (orders.map(\.compact) + receipts.map(\.compact) + leases.map(\.compact))
            .map(\.utf8.count)
        let first = min(handing.offset, sizes.count)
        let end = Self.end(of: sizes, from: first)
        func page<Document>(_ all: [Document], after before: Int) -> [Document] {
            let range = max(0, first - before)..<max(0, end - before)
            return Array(all[range.clamped(to: all.indices)])
        }
        return HandedIn(
            epoch: handing.epoch, offset: first, orders: page(orders, after: 0),
            receipts: page(receipts, after: orders.count),
            leases: page(leases, after: orders.count + receipts.count),
            isLast: end == sizes.count)
    }

    private static func end(of sizes: [Int], from first: Int) -> Int {
        var (end, bytes) = (first, 0)
        while end < sizes.count, end - first < LedgerLimits.itemsPerContact {
            bytes += sizes[end]
            if end > first, bytes > LedgerLimits.handInBytes { break }
            end += 1
        }
        return end
    }

    /// Leases of which the server has not said what became of them.
    private var openLeases: [JWS<Lease>] {
        let settled = Set(
            spends.filter { receiptsBySpend[$0.digest] != nil || refusalsBySpend[$0.digest] != nil }
                .map(\.payload.lease))
        return leases.values.filter { !settled.contains($0.payload.lease) }
            .sorted { $0.payload.lease < $1.payload.lease }
    }

    /// Takes what the server says of the epoch it is in.
    ///
    /// - Returns: False where the whole answer is to an older question: it goes before what the
    ///   device has still to hand in.
    mutating func absorb(epoch: Int, lacks: LedgerReply.Lacks?, handedIn arrived: Int?) -> Bool {
        if let lacks {
            let begun = handing.flatMap { $0.epoch == epoch ? $0 : nil }
            var next =
                begun
                ?? HandInProgress(epoch: epoch, receipts: lacks.receipts, orders: lacks.orders)
            next.offset = max(next.offset, arrived ?? 0)
            handing = next
            return true
        }
        guard metEpoch != epoch else {
            handing = nil
            return true
        }
        if toldEpoch != nil {
            guard let handing, handing.epoch == epoch, let arrived else { return false }
            let page = page(handing)
            guard page.isLast, arrived >= page.end(in: epoch) ?? Int.max else { return false }
        }
        if let first = handing?.orders, first <= orders.count {
            // What was left to compare from an epoch before stays so.
            confirmedOrders = min(confirmedOrders ?? first - 1, first - 1)
        }
        // A restored server may not know what was given back.
        ended.subtract(leases.keys)
        (metEpoch, handing) = (epoch, nil)
        return true
    }
}

/// The progress of a device that hands in, for one epoch of the server.
package struct HandInProgress: Codable, Sendable, Hashable {
    /// The server's epoch.
    package let epoch: Int
    /// Receipts from this index in the log on are missing there.
    package let receipts: Int
    /// Orders from this serial on.
    package let orders: Int
    /// The number of entries that the server has acknowledged.
    package var offset: Int

    /// No entry handed in yet.
    package init(epoch: Int, receipts: Int, orders: Int) {
        (self.epoch, self.receipts, self.orders, offset) = (epoch, receipts, max(1, orders), 0)
    }
}
