public import SignedObjects

/// What a ``DeviceWallet`` holds beside the journal, in a form to store; nothing in it is believed
/// when it is read back before its signature is checked.
public struct WalletSnapshot: Codable, Sendable, Equatable {
    /// The journal that the leases were used with.
    public var journal: JournalID
    /// Compact ``Lease``s.
    public var leases: [String] = []
    /// Compact ``Return``s that are not in the journal, from before returns were written there.
    public var returns: [String] = []
    /// Given-back leases that the server has confirmed.
    public var ended: [LeaseID] = []
    /// Leases that lay in the future when the server took its time back.
    public var datedAhead: [LeaseID] = []
    /// Compact ``Receipt``s.
    public var receipts: [String] = []
    /// Compact ``Order``s.
    public var orders: [String] = []
    /// Spends that get no receipt.
    public var refused: [LedgerReply.RefusedSpend] = []
    /// Spends that the server holds.
    public var held: [Digest] = []
    /// The account's credits at the last contact.
    public var balance: LedgerReply.Balance?
    /// When the account is lent credits again, as of the last contact.
    public var lendsFrom: UnixTime?
    /// Whom the server waits for, as of the last contact.
    public var waiting: LedgerReply.Waiting?
    /// The server's epoch for which all was handed in.
    public var metEpoch: Int?
    /// How far it has come with the present epoch.
    package var handing: HandInProgress?
    /// Orders up to here were compared with the server's.
    public var confirmedOrders: Int?
    /// Both clocks at the last contact.
    public var clockPair: ClockPair?
    /// The highest server time seen.
    public var serverTime: UnixTime?

    /// An empty snapshot for the device with this journal.
    public init(journal: JournalID) {
        self.journal = journal
    }
}
