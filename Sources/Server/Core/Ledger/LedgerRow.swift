import CreditLedger
import SignedObjects

/// The one row of an account's ledger: all that most requests have to know of it.
struct LedgerRow: Sendable {
    /// The highest server time of any change.
    let clock: UnixTime
    /// What its rows add up to.
    let totals: LedgerTotals
    /// What its orders add up to, with the revocation of the device that was asked about.
    let standing: Standing
    /// The highest serial when the present epoch began.
    let baseSerial: Int
    /// How many devices the ledger waits for, and until when.
    let waits: (count: Int, until: UnixTime)?
    /// The server's epoch.
    let epoch: Int
}

extension LedgerTotals {
    /// Reads them from the ledger's row.
    init(_ row: Row) throws {
        self.init()
        free = try row["free"]
        leased = try row["leased"]
        spent = try row["spent"]
        receipts = try row["receipts"]
        knownReceipts = try row["known_receipts"]
        receiptHead = try row.fixed("receipt_head")
        forks = try row["forks"]
        idle = try row["idle"]
        uncredited = try row["uncredited"]
    }
}
