/// What PostgreSQL or the way to it said.
struct PostgresError: Error, CustomStringConvertible {
    /// Five characters of the SQL standard and PostgreSQL's own; nil where the connection failed.
    let state: String?
    /// In the database's words; may quote values, so not for logs.
    let message: String

    var description: String {
        "PostgreSQL: \(message.split(separator: "\n").first.map(String.init) ?? "no answer")"
    }

    /// Whether the transaction was undone whole and may go through when it is run again: two that
    /// waited for each other, or added the same row at once.
    var isPassing: Bool {
        switch state {
        case "40001", "40P01", "23505": true
        default: false
        }
    }

    /// Whether the database is not there, or not now.
    var isUnavailable: Bool {
        guard let state else { return true }
        // Connection exceptions; out of resources; being shut down or started; a lock that was
        // not given in time; a standby, which takes no writes.
        return state.hasPrefix("08") || state.hasPrefix("53") || state.hasPrefix("57P")
            || state == "57014" || state == "55P03" || state == "25006"
    }
}
