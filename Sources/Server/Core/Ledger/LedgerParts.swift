import CreditLedger
package import SignedObjects
import Synchronization

/// A ledger on its way from rows to what they mean.
struct LedgerParts {
    /// The leases so far, by their row ids: the order of issue.
    private(set) var leases: [Int64: LeaseRecord] = [:]
    private let store: LedgerStore
    private let row: LedgerRow
    private var credits: [Int: Credit] = [:]
    private var receipts: [Int: JWS<Receipt>] = [:]
    private var orders: [Int: JWS<Order>] = [:]
    private var revocations: [DeviceID: Order]
    /// Those in force of the withholdings that were asked about.
    var withholdings: Set<Withholding> = []

    init(_ store: LedgerStore, _ row: LedgerRow) {
        self.store = store
        self.row = row
        revocations = row.standing.revocations
    }

    /// Takes leases with their credits, and what these point at.
    mutating func add(_ rows: [Row]) throws {
        for row in rows {
            let id: Int64 = try row["row_id"]
            guard leases[id] == nil else { continue }
            let record = try record(row)
            leases[id] = record
            if case .receipt(let number)? = record.claim?.outcome { try add(receipt: number) }
            let lease = record.lease.payload
            if let epoch: Int = try row["credit_epoch"] {
                credits[lease.credit] = try Self.credit(
                    epoch, lease: row["credit_lease"], receipt: row["credit_receipt"])
            }
            if let order = try store.order(row["revocation"]) { revocations[lease.device] = order }
        }
    }

    /// Takes credits.
    mutating func add(credits rows: some Sequence<Row>) throws {
        for row in rows {
            credits[try row["credit"]] = try Self.credit(
                row["epoch"], lease: row["lease"], receipt: row["receipt"])
        }
    }

    /// Adds the receipt with a number of the log, if there is one.
    mutating func add(receipt number: Int) throws {
        guard receipts[number] == nil else { return }
        receipts[number] = try store.receipt(number)
    }

    /// Takes what is known of a device: the order that revoked it, if any.
    mutating func add(_ revocation: Order?, of device: DeviceID) {
        if let revocation { revocations[device] = revocation }
    }

    /// Takes orders.
    mutating func add(orders new: [JWS<Order>]) {
        for order in new { orders[order.payload.serial] = order }
    }

    /// A whole ledger has every order.
    mutating func takeStandingFromOrders() {
        let standing = Standing(after: orders.sorted { $0.key < $1.key }.map(\.value.payload))
        (revocations, withholdings) = (standing.revocations, standing.withholdings)
    }

    /// The ledger.
    func ledger(forks: [JournalFork]) throws -> ServerLedger {
        let standing = Standing(
            serial: row.standing.serial, suspension: row.standing.suspension,
            pause: row.standing.pause, revocations: revocations, withholdings: withholdings)
        return try ServerLedger(
            account: store.account, credits: credits,
            leases: leases.sorted { $0.key < $1.key }.map(\.value), receipts: receipts,
            orders: orders, forks: forks, totals: row.totals, standing: standing, clock: row.clock,
            wait: store.wait(row), baseSerial: row.baseSerial)
    }

    private static func credit(_ epoch: Int, lease: SQLValue, receipt: SQLValue) throws -> Credit {
        if let number = Int(sqlValue: receipt) {
            return Credit(epoch: epoch, state: .spent(receipt: number))
        }
        guard lease != .null else { return Credit(epoch: epoch) }
        guard case .blob(let bytes) = lease, let id = LeaseID(bytes) else {
            throw StoredFormError(column: "lease")
        }
        return Credit(epoch: epoch, state: .leased(id))
    }

    private func record(_ row: Row) throws -> LeaseRecord {
        var record = LeaseRecord(lease: try store.document(row["document"]))
        let issued = try row.time("issued")
        if issued < record.lease.payload.issued { record.redated = issued }
        guard let spend: String = try row["spend"] else { return record }
        let hasMore = try row["contradictions"] as Int > 0
        record.claim = SpendClaim(
            spend: try store.document(spend), outcome: try Self.outcome(row),
            contradictions: hasMore
                ? try store.contradictions(of: record.lease.payload.lease) : [])
        return record
    }

    private static func outcome(_ row: Row) throws -> SpendClaim.Outcome {
        let name: String? = try row["outcome"]
        switch name {
        case "held": return .held
        case "uncredited": return .uncredited
        default:
            guard let receipt: Int = try row["receipt"] else {
                throw StoredFormError(column: "outcome")
            }
            return .receipt(receipt)
        }
    }
}

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

/// Signed documents that were read from the database before, by their text.
///
/// A device comes back for the documents that were made for it, and reading one costs more than
/// finding it. A text always reads as the same document, so nothing here can be out of date.
package final class DocumentCache: Sendable {
    private struct State {
        var documents: [String: any Sendable] = [:]
        /// The texts in the order in which they came, as a ring.
        var texts: [String] = []
        var next = 0
    }

    /// What every ledger of this program shares.
    static let shared = DocumentCache(limit: Limits.cachedDocuments)

    private let state = Mutex(State())
    private let limit: Int

    /// An empty one.
    ///
    /// - Parameter limit: The most documents that are kept; the oldest give way.
    package init(limit: Int) {
        self.limit = limit
    }

    /// How many are kept.
    package var count: Int { state.withLock { $0.documents.count } }

    /// The document that `text` is, which this server stored itself.
    package func document<Payload>(_ text: String) throws -> JWS<Payload> {
        if let known = state.withLock({ $0.documents[text] }) as? JWS<Payload> { return known }
        let document = try JWS<Payload>(stored: text)
        keep(document)
        return document
    }

    /// Keeps a document that was just made, or read.
    func keep<Payload>(_ document: JWS<Payload>) {
        let text = document.compact
        state.withLock { state in
            guard state.documents.updateValue(document, forKey: text) == nil else { return }
            if state.texts.count < limit {
                state.texts.append(text)
            } else {
                state.documents[state.texts[state.next]] = nil
                state.texts[state.next] = text
                state.next = (state.next + 1) % limit
            }
        }
    }
}
