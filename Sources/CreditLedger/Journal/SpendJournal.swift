public import SignedObjects
import Synchronization

/// The file in which a device writes down each spend before it generates: append-only, one line a
/// spend, each naming the one before it.
///
/// It lies outside the database, so that restoring the database cannot bring a spent lease back to
/// life. ``append(_:)`` returns when the line is on the disk. A last line that a crash cut short
/// counts as never written, and the next append removes it; a line that was changed is an error.
/// Several programs may hold one journal open: a lock lets only one append at a time, and a spend
/// that does not continue the file as it is now is refused.
public final class SpendJournal: Sendable {
    /// Names this journal.
    public var journal: JournalID { header.journal }

    private struct Content {
        var wholeBytes: Int
        var entries: [JournalEntry] = []
    }

    private let file: JournalFile
    private let header: JournalHeader
    private let deviceKey: VerifyingKey
    private let content: Mutex<Content>

    /// Opens the journal at `path`, or makes a new one there.
    ///
    /// - Parameter newJournal: The random name that a new journal gets.
    /// - Throws: ``JournalError``.
    public init(
        path: String, account: AccountID, deviceKey: VerifyingKey, newJournal: JournalID
    ) throws(JournalError) {
        let device = DeviceID(key: deviceKey)
        if !JournalFile.exists(path) {
            let new = JournalHeader(journal: newJournal, account: account, device: device)
            try JournalFile.create(path: path, header: new.line)
        }
        file = try JournalFile(path: path)
        self.deviceKey = deviceKey
        let first = JournalLines(try file.bytes(from: 0, limit: LedgerLimits.journalBytes)).lines
            .first
        guard let first, let header = JournalHeader(line: first) else {
            throw .notAJournal(file: path)
        }
        guard header.account == account, header.device == device else {
            throw .foreignJournal(file: path)
        }
        self.header = header
        content = Mutex(Content(wholeBytes: header.line.utf8.count))
        try refresh()
    }

    /// Every entry, oldest first, as of when it was opened, appended to or refreshed.
    public var entries: [JournalEntry] {
        content.withLock { $0.entries }
    }

    /// The spends, oldest first: what a ``DeviceWallet`` is built on.
    public var spends: [JWS<Spend>] {
        entries.map(\.spend)
    }

    /// Reads what other programs have appended.
    ///
    /// - Throws: ``JournalError``.
    public func refresh() throws(JournalError) {
        try content.withLock { content throws(JournalError) in
            _ = try readOn(&content)
        }
    }

    /// Writes an entry to the disk; the last one again is left as it is.
    ///
    /// - Throws: ``JournalError``: ``JournalError/notNext(number:expected:)`` where another program
    ///   has appended since. After any throw the spend does not count and nothing may be generated.
    public func append(_ entry: JournalEntry) throws(JournalError) {
        guard entry.resume.count <= LedgerLimits.resumeBytes else {
            throw .resumeTooLarge(bytes: entry.resume.count, limit: LedgerLimits.resumeBytes)
        }
        try content.withLock { content throws(JournalError) in
            try file.lock()
            defer { file.unlock() }
            try append(entry, to: &content)
        }
    }

    private func append(_ entry: JournalEntry, to content: inout Content) throws(JournalError) {
        let hasTornLine = try readOn(&content)
        if content.entries.last?.spend == entry.spend { return }
        guard content.entries.count < LedgerLimits.journalEntries else {
            throw .full(limit: LedgerLimits.journalEntries)
        }
        guard header.accepts(entry.spend.payload, after: content.entries.last) else {
            throw .notNext(
                number: entry.spend.payload.number, expected: content.entries.count + 1)
        }
        if hasTornLine { try file.cut(to: content.wholeBytes) }
        let line = entry.line
        try file.append(line)
        content.wholeBytes += line.utf8.count
        content.entries.append(entry)
    }

    /// Takes the whole lines past what is known; true where a torn one follows them.
    private func readOn(_ content: inout Content) throws(JournalError) -> Bool {
        let limit = LedgerLimits.journalBytes
        let tail = JournalLines(try file.bytes(from: content.wholeBytes, limit: limit))
        var next = content
        for line in tail.lines {
            guard let entry = JournalEntry(line: line, deviceKey: deviceKey),
                header.accepts(entry.spend.payload, after: next.entries.last),
                next.entries.count < LedgerLimits.journalEntries
            else { throw .damaged(file: file.path, line: next.entries.count + 2) }
            next.entries.append(entry)
        }
        next.wholeBytes += tail.wholeBytes
        content = next
        return tail.hasTornLine
    }
}
