public import SignedObjects
import Synchronization

/// The file in which a device writes down each spend before it generates, and each lease it gives
/// back before it says so: append-only, a line each, every spend naming the one before it.
///
/// It lies outside the database, so that restoring the database cannot bring a lease back to life
/// that was used or given back. Appending returns when the line is on the disk. A last line that a
/// crash cut short counts as never written, and the next append removes it; a line that was changed
/// is an error. Several programs may hold one journal open: a lock lets only one append at a time,
/// and a spend that does not continue the file as it is now is refused.
public final class SpendJournal: Sendable {
    /// Names this journal.
    public var journal: JournalID { header.journal }

    private struct Content {
        var wholeBytes: Int
        var entries: [JournalEntry] = []
        var returns: [JWS<Return>] = []
        var lineCount: Int { entries.count + returns.count }

        /// Takes a line that was read; false where it cannot stand there.
        mutating func take(_ record: JournalRecord, _ header: JournalHeader) -> Bool {
            switch record {
            case .spend(let entry):
                guard header.accepts(entry.spend.payload, after: entries.last) else { return false }
                entries.append(entry)
            case .giveBack(let giveBack):
                guard header.accepts(giveBack.payload) else { return false }
                returns.append(giveBack)
            }
            return true
        }

        func holds(_ lease: LeaseID) -> Bool {
            returns.contains { $0.payload.lease == lease }
                || entries.contains { $0.spend.payload.lease == lease }
        }
    }

    private let file: JournalFile
    private let header: JournalHeader
    private let deviceKey: VerifyingKey
    private let content: Mutex<Content>

    /// Opens the journal at `path`, or makes a new one there.
    ///
    /// - Parameter newJournal: The random name that a new journal gets.
    /// - Throws: ``JournalError``.
    public convenience init(
        path: String, account: AccountID, deviceKey: VerifyingKey, newJournal: JournalID
    ) throws(JournalError) {
        try self.init(
            pathBytes: Array(path.utf8), account: account, deviceKey: deviceKey,
            newJournal: newJournal)
    }

    /// Opens the journal, or makes a new one, at a path in the operating system's own bytes.
    ///
    /// - Parameter newJournal: The random name that a new journal gets.
    /// - Throws: ``JournalError``.
    public init(
        pathBytes path: [UInt8], account: AccountID, deviceKey: VerifyingKey, newJournal: JournalID
    ) throws(JournalError) {
        let device = DeviceID(key: deviceKey)
        if !JournalFile.exists(path) {
            let new = JournalHeader(journal: newJournal, account: account, device: device)
            try JournalFile.create(path, header: new.line)
        }
        file = try JournalFile(path)
        self.deviceKey = deviceKey
        let first = JournalLines(try file.bytes(from: 0, limit: LedgerLimits.journalBytes)).lines
            .first
        guard let first, let header = JournalHeader(line: first) else {
            throw .notAJournal(file: file.path)
        }
        guard header.account == account, header.device == device else {
            throw .foreignJournal(file: file.path)
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

    /// The leases that were given back, oldest first: what a ``DeviceWallet`` is built on, too.
    public var returns: [JWS<Return>] {
        content.withLock { $0.returns }
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
    ///   has appended since, ``JournalError/leaseEnded`` where its lease stands here already.
    ///   After any throw the spend does not count and nothing may be generated.
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

    /// Writes a return to the disk; one that stands here already is left as it is.
    ///
    /// - Throws: ``JournalError``: ``JournalError/leaseEnded`` where the lease was used. After any
    ///   throw the lease does not count as given back, and nobody may be told that it is.
    public func append(_ giveBack: JWS<Return>) throws(JournalError) {
        try content.withLock { content throws(JournalError) in
            try file.lock()
            defer { file.unlock() }
            let hasTornLine = try readOn(&content)
            let lease = giveBack.payload.lease
            if content.returns.contains(where: { $0.payload.lease == lease }) { return }
            guard header.accepts(giveBack.payload) else {
                throw .foreignJournal(file: file.path)
            }
            guard !content.holds(lease) else { throw .leaseEnded }
            try write(.giveBack(giveBack), to: &content, cutting: hasTornLine)
            content.returns.append(giveBack)
        }
    }

    private func append(_ entry: JournalEntry, to content: inout Content) throws(JournalError) {
        let hasTornLine = try readOn(&content)
        if content.entries.last?.spend == entry.spend { return }
        guard header.accepts(entry.spend.payload, after: content.entries.last) else {
            throw .notNext(
                number: entry.spend.payload.number, expected: content.entries.count + 1)
        }
        guard !content.holds(entry.spend.payload.lease) else { throw .leaseEnded }
        try write(.spend(entry), to: &content, cutting: hasTornLine)
        content.entries.append(entry)
    }

    private func write(
        _ record: JournalRecord, to content: inout Content, cutting hasTornLine: Bool
    ) throws(JournalError) {
        guard content.lineCount < LedgerLimits.journalEntries else {
            throw .full(limit: LedgerLimits.journalEntries)
        }
        if hasTornLine { try file.cut(to: content.wholeBytes) }
        let line = record.line
        try file.append(line)
        content.wholeBytes += line.utf8.count
    }

    /// Takes the whole lines past what is known; true where a torn one follows them.
    private func readOn(_ content: inout Content) throws(JournalError) -> Bool {
        let limit = LedgerLimits.journalBytes
        let tail = JournalLines(try file.bytes(from: content.wholeBytes, limit: limit))
        var next = content
        for line in tail.lines {
            guard next.lineCount < LedgerLimits.journalEntries,
                let record = JournalRecord(line: line, deviceKey: deviceKey),
                next.take(record, header)
            else { throw .damaged(file: file.path, line: next.lineCount + 2) }
        }
        next.wholeBytes += tail.wholeBytes
        content = next
        return tail.hasTornLine
    }
}
