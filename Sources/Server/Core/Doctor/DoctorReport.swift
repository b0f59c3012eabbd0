/// What `doctor` looked at, and what it found.
public struct DoctorReport: Codable, Sendable {
    /// One thing that was looked at.
    public struct Check: Codable, Sendable {
        /// What: `files`, `database`, `schema`, `epoch`, `ledger`, `segments`, `snapshots`,
        /// `audit`, `clock` or `disk`.
        public let name: String
        /// What was counted or left out, in words.
        public var note: String
        /// What is wrong, and what to do about it; at most ``DoctorReport/findingsPerCheck``.
        public var findings: [String]
        /// How many more there are.
        public var further: Int
    }

    /// The most findings of a check that are told one by one.
    public static let findingsPerCheck = 50

    /// In the order in which they were made.
    public var checks: [Check] = []

    /// How many findings there are in all.
    public var count: Int { checks.reduce(0) { $0 + $1.findings.count + $1.further } }
}
