public import CreditLedger
public import SignedObjects

/// Why a case was opened.
public enum CaseKind: String, Codable, Sendable {
    /// One lease was used for two bodies.
    case doubleSpend = "double-spend"
    /// Two spends on different leases stand at one place of a device's journal.
    case journalFork = "journal-fork"
}

/// A case in a list.
public struct CaseSummary: Codable, Sendable {
    /// Its number.
    public let id: Int64
    /// Whose.
    public let account: AccountID
    /// Why it was opened.
    public let kind: CaseKind
    /// When.
    public let opened: UnixTime
    /// When it was closed; nil while it is open.
    public let closed: UnixTime?
    /// What whoever closed it wrote.
    public let note: String
}

/// A signed spend, as evidence.
public struct CaseSpend: Codable, Sendable {
    /// The device that signed it.
    public let device: DeviceID
    /// The lease it used.
    public let lease: LeaseID
    /// The credit.
    public let credit: Int
    /// How often that was lent before, and this time.
    public let epoch: Int
    /// The device's journal.
    public let journal: JournalID
    /// Its place there.
    public let number: Int
    /// What was generated.
    public let body: Digest
    /// When, by the device's clock.
    public let time: UnixTime
    /// The signed object itself.
    public let document: String
}

/// Two spends that cannot both stand in one journal that was kept.
public struct CaseProof: Codable, Sendable {
    /// The spend that came first, and counts.
    public let first: CaseSpend
    /// The one that came later.
    public let second: CaseSpend
}

/// A case with its evidence.
public struct CaseFile: Codable, Sendable {
    /// What the list says.
    public let summary: CaseSummary
    /// The evidence there is by now, oldest first.
    public let proofs: [CaseProof]
}
