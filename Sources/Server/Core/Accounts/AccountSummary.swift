import AtelierProtocol
public import CreditLedger
public import SignedObjects

/// One account as an operator sees it: nothing of its contents, which the server cannot read.
public struct AccountSummary: Codable, Sendable {
    /// The account.
    public let account: AccountID
    /// When it was opened.
    public let created: UnixTime
    /// `active` or `suspended`; `pending` or `refused` where it was never approved; `purged` where
    /// what it stored was deleted.
    public let standing: String
    /// The reason code of the suspension in force, if any.
    public let reason: String?
    /// When that ends by itself, if ever.
    public let until: UnixTime?
    /// The names of its devices, first joined first.
    public let devices: [String]
    /// The names of its revoked devices.
    public let revokedDevices: [String]
    /// When the latest request of one of them came.
    public let lastSeen: UnixTime?
    /// Its credits.
    public let credits: LedgerReply.Balance
    /// When the last credit that devices hold stops being usable; nil where they hold none.
    public let leasedUntil: UnixTime?
    /// Spends held until a suspension or pause is lifted.
    public let heldSpends: Int
    /// Spends that prove a lease was used on more than one body.
    public let contradictions: Int
    /// Stored segments and their bytes.
    public let segments: Int
    /// Bytes of the stored segments.
    public let segmentBytes: Int
}

/// What a suspension cannot stop at once: the bound shown to whoever orders it.
public struct SuspensionEffect: Codable, Sendable, Equatable {
    /// The account.
    public let account: AccountID
    /// The order's serial.
    public let serial: Int
    /// Credits that devices hold and may use, or have used, offline; none gets a receipt while
    /// suspended.
    public let leasedCredits: Int
    /// How many devices hold them.
    public let devices: Int
    /// When the last of them stops being usable; nil where there is none.
    public let usableUntil: UnixTime?
    /// Spends that came before and wait for a receipt already, which they do not get now either.
    public let heldSpends: Int
    /// Reservations that are off the list while it lasts.
    public let reservations: Int

    /// The effect on `ledger`, of which the order has this serial.
    init(on ledger: ServerLedger, serial: Int, reservations: Int, now: UnixTime) {
        self.reservations = reservations
        let usable = ledger.currentLeases.filter { now < $0.expires }
        account = ledger.account
        self.serial = serial
        leasedCredits = usable.count
        devices = Set(usable.map(\.device)).count
        usableUntil = usable.map(\.expires).max()
        heldSpends = ledger.heldCount
    }
}

/// Whether an account may use the server at all; suspensions are another matter.
enum AccountState: String, Sendable {
    /// It may.
    case open
    /// It waits for the operator.
    case pending
    /// The operator refused it.
    case refused
    /// What it stored was deleted; its id is kept.
    case purged
    /// The service has ended.
    case closed

    /// The refusal that a device of such an account gets; nil for an open one.
    var refusal: ServerError? {
        switch self {
        case .open: nil
        case .pending:
            .refused(
                .accountPending, detail: "The operator has not let it in yet. Ask again later.")
        case .closed: ClosingService.closed
        case .refused, .purged:
            .refused(.accountRefused, detail: "Ask the operator why, or join another server.")
        }
    }
}

extension Row {
    /// The account's state.
    func state(_ column: String = "state") throws -> AccountState {
        guard let state = AccountState(rawValue: try self[column]) else {
            throw StoredFormError(column: column)
        }
        return state
    }
}
