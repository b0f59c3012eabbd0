import SignedObjects

// One credit can be lent to one device more than once: a server whose clock was ahead ended the
// first lease before its time, and the device holds both.
extension DeviceWallet {
    /// Whether the lease is no longer the one that its credit can be used by.
    ///
    /// A later lease of the same credit takes its place. While a spend by an earlier one has not
    /// been answered, and after a receipt was given for the credit, there is nothing to use.
    func isSuperseded(_ lease: Lease) -> Bool {
        let isReplaced = leases.values.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch > lease.epoch
        }
        if isReplaced { return true }
        let isCharged = receiptsBySpend.values.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch >= lease.epoch
        }
        if isCharged { return true }
        return unsettled.contains {
            $0.payload.credit == lease.credit && $0.payload.epoch < lease.epoch
        }
    }
}
