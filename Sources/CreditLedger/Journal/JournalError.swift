/// What is wrong with a spend journal, or why it was not written.
public enum JournalError: Error, Equatable, CustomStringConvertible {
    /// A call of the operating system failed; nothing counts as written.
    case system(call: String, code: Int32, file: String)
    /// Another program holds the journal's lock.
    case busy(file: String)
    /// The file is not a spend journal of this version.
    case notAJournal(file: String)
    /// The journal belongs to another account or device.
    case foreignJournal(file: String)
    /// A line does not hold: not cut short by a crash, but changed.
    case damaged(file: String, line: Int)
    /// The spend does not continue the journal: another program has appended since.
    case notNext(number: Int, expected: Int)
    /// The lease stands in the journal already: it was used, or given back.
    case leaseEnded
    /// The journal is as large as it may become.
    case full(limit: Int)
    /// The resume data of one spend are too large.
    case resumeTooLarge(bytes: Int, limit: Int)

    /// The text form.
    public var description: String {
        switch self {
        case .system(let call, let code, let file):
            "The spend journal \(file) could not be used: \(call) failed with error \(code). "
                + "Nothing was spent. Check the disk and the folder's rights."
        case .busy(let file):
            "Another program is writing the spend journal \(file). Try again."
        case .notAJournal(let file):
            "\(file) is not a spend journal of this version. Restore it from a backup."
        case .foreignJournal(let file):
            "The spend journal \(file) belongs to another account or device. "
                + "Put the right one back."
        case .damaged(let file, let line):
            "Line \(line) of the spend journal \(file) was changed or damaged. "
                + "Restore it from a backup."
        case .notNext(let number, let expected):
            "Spend \(number) does not continue the journal, which expects \(expected). "
                + "Open it again."
        case .leaseEnded:
            "This credit was used or given back before, as the spend journal says. Sync, then try "
                + "again."
        case .full(let limit):
            "The spend journal holds \(limit) lines, as many as it can. Join with a new device."
        case .resumeTooLarge(let bytes, let limit):
            "Resume data of \(bytes) bytes; at most \(limit) are kept."
        }
    }
}
