/// A part of the workload that can be asked for by name.
enum Phase: String, CaseIterable {
    /// Bulk inserts, one-row inserts, bulk updates, deletes: always run, as the others need them.
    case bulkInsert = "W1"
    case singleInserts = "W1b"
    case bulkUpdate = "W2"
    case delete = "W3"
    /// A database left by a crash, everything unsent, is opened and made ready to send.
    case recover
    /// An empty replica gets everything.
    case catchUp = "W4"
    /// A thousand edits go from one replica to the other.
    case send = "W5"
    /// Both replicas edit, half of the cells are the same, and exchange.
    case exchange = "W6"
    /// One-edit transactions.
    case singleEdits = "W5b"
    /// The database is opened and a hundred rows are read, from disk and from memory.
    case open = "W7"
    /// A new device joins through a server, once alone and once while someone reads.
    case join
    /// Accounts of 2, 8 and 64 devices, all of which edit.
    case devices
    /// Ten years of rows that were made and deleted.
    case history

    /// What runs when nothing else is asked for: all but what takes many minutes.
    static let standard = Set(allCases).subtracting([.devices, .history])
}
