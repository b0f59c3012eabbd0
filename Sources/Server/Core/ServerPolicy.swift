public import CreditLedger

/// What an operator may set.
public struct ServerPolicy: Sendable {
    /// Credits and leases.
    public var ledger = LedgerPolicy()
    /// Segments that one account may push in a minute.
    public var segmentsPerMinute = 1200
    /// Requests of other kinds that one account may make in a minute.
    public var requestsPerMinute = 600
    /// Requests without an account that one address may make in a minute.
    public var guestRequestsPerMinute = 120
    /// Where to appeal against a suspension; told with the order.
    public var appeal = ""

    /// The usual policy.
    public init() {}
}
