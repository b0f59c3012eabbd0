import SignedObjects

/// The first line of a journal: whose it is.
struct JournalHeader: Sendable, Equatable {
    let journal: JournalID
    let account: AccountID
    let device: DeviceID

    init(journal: JournalID, account: AccountID, device: DeviceID) {
        self.journal = journal
        self.account = account
        self.device = device
    }

    /// Reads the line without its line feed, else nil.
    init?(line: String) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard
            parts.count == 4, parts[0] == Self.magic, let journal = JournalID(hex: parts[1]),
            let account = AccountID(hex: parts[2]), let device = DeviceID(hex: parts[3])
        else { return nil }
        self.init(journal: journal, account: account, device: device)
    }

    var line: String { "\(Self.magic) \(journal) \(account) \(device)\n" }

    /// True where `spend` is this journal's next after `last`.
    func accepts(_ spend: Spend, after last: JournalEntry?) -> Bool {
        spend.journal == journal && spend.account == account && spend.device == device
            && spend.number == (last?.spend.payload.number ?? 0) + 1
            && spend.previous == last?.spend.digest ?? .zero
    }

    /// True where `giveBack` is by this journal's device.
    func accepts(_ giveBack: Return) -> Bool {
        giveBack.account == account && giveBack.device == device
    }

    private static let magic = "atelier-journal-1"
}
