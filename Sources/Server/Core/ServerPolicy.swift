public import AtelierProtocol
public import CreditLedger

/// What an operator may set.
public struct ServerPolicy: Sendable {
    /// Credits and leases.
    public var ledger = LedgerPolicy()
    /// Whether receipts are for registered models alone.
    public var rightsRegistration: RightsRegistration {
        get { ledger.requiresRegistration ? .required : .optional }
        set { ledger.requiresRegistration = newValue == .required }
    }
    /// Segments that one account may push in a minute.
    public var segmentsPerMinute = 1200
    /// Chunks of snapshots that one account may send in a minute, and as many that it may fetch.
    public var chunksPerMinute = 600
    /// Bytes that one snapshot may have. An account holds one, and two more that are on their way.
    public var snapshotBytes: Int64 = 1 << 30
    /// Snapshots that one account may begin in a day.
    public var snapshotsPerDay = 64
    /// Replicas that one account may push as; the tip of each one's chain is kept for ever.
    public var replicasPerAccount = 4096
    /// How long segments stay after a whole snapshot contains them.
    public var compactionGrace = Duration.seconds(7 * 24 * 3600)
    /// Requests of other kinds that one account may make in a minute.
    public var requestsPerMinute = 600
    /// Requests of all kinds that one device may make in a minute.
    public var deviceRequestsPerMinute = 1800
    /// Requests of all kinds that the devices behind one address may make in a minute; this
    /// machine's own are not counted.
    public var addressRequestsPerMinute = 6000
    /// Requests without an account, or with a proof that does not hold, that one address may make
    /// in a minute.
    public var guestRequestsPerMinute = 120
    /// How new accounts are taken.
    public var registration = Registration.invite
    /// Accounts that may wait for the operator at a time.
    public var pendingAccounts = 1000
    /// Requests to join an account from one address in a day.
    public var deviceRequestsPerAddress = 100
    /// Accounts that one address may open in a day.
    public var accountsPerAddress = 20
    /// Reservations that one account may ask for or end in a day.
    public var reservationsPerDay = 5000
    /// Reservations that one account may contest in a day.
    public var contestsPerDay = 20
    /// Requests of rights holders for reservations from one address in a day.
    public var holderRequestsPerDay = 10
    /// Inquiries from one address in a day.
    public var inquiriesPerDay = 200
    /// Claims from one address in a day.
    public var claimsPerDay = 10
    /// What claimants write from one address, and in one claim, in a day.
    public var claimLettersPerDay = 30
    /// Days after which a case that waits for somebody is overdue.
    public var caseDays = 5
    /// How long the contacts of people without an account stay after their cases have ended and
    /// the time to appeal is over.
    public var contactRetention = Duration.seconds(90 * 86_400)
    /// The proxies whose header about the sender of a request is trusted.
    public var trustedProxies = TrustedProxies()
    /// How many connections are held, and how long one may take for what.
    public var connections = ConnectionPolicy()
    /// Devices that watch their accounts on one instance.
    public var watchers = 10_000
    /// Connections to PostgreSQL; so many requests work at a time, the others wait.
    public var databaseConnections = 16
    /// The bounds of ``databaseConnections``.
    public static let databaseConnectionBounds = 1...200
    /// Where browsers find the server's pages; nil: at whichever address they ask.
    package var site: PageSite?
    /// Who runs the server, as its pages say; empty: they do not say it.
    package var operatorName = ""
    /// Whether everybody may read what was done, in numbers by month.
    package var publicReport = PublicReport.off
    /// Where to appeal against a suspension; part of the order.
    public var appeal = ""

    /// The usual policy.
    public init() {}
}

/// Whether a model has to be registered before its generations get receipts.
public enum RightsRegistration: String, Sendable, CaseIterable {
    /// A spend of an unregistered model waits.
    case required
    /// It gets a receipt that says nothing of works.
    case optional
}

/// Whether the server shows its report to everybody.
package enum PublicReport: String, Sendable, CaseIterable {
    /// Moderators alone read it.
    case off
    /// It stands at `/report`.
    case on
}
