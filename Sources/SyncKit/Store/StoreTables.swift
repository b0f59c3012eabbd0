/// The engine's own tables, beside the app's in the same database; all begin with `sync_`.
enum StoreTables {
    /// The version of these tables; a store of a newer version is refused.
    static let version: Int64 = 1

    static let statements = [
        // Single values: replica, clock, cursor and the like.
        "CREATE TABLE sync_state(name TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID",
        // Replicas by a small local number.
        "CREATE TABLE sync_replicas(number INTEGER PRIMARY KEY, replica BLOB NOT NULL UNIQUE)",
        // What triggers saw and no clock knows yet.
        """
        CREATE TABLE sync_log(seq INTEGER PRIMARY KEY, tbl INTEGER NOT NULL, row BLOB NOT NULL,
        op INTEGER NOT NULL, columns INTEGER NOT NULL, wall INTEGER NOT NULL)
        """,
        // One clock per row, deleted rows included.
        """
        CREATE TABLE sync_rows(tbl INTEGER NOT NULL, row BLOB NOT NULL, life INTEGER NOT NULL,
        time INTEGER NOT NULL, replica INTEGER NOT NULL, PRIMARY KEY(tbl, row)) WITHOUT ROWID
        """,
        // Columns written later than their row began.
        """
        CREATE TABLE sync_cells(tbl INTEGER NOT NULL, row BLOB NOT NULL, col INTEGER NOT NULL,
        time INTEGER NOT NULL, replica INTEGER NOT NULL, PRIMARY KEY(tbl, row, col)) WITHOUT ROWID
        """,
        // Rows and columns that no segment carries yet.
        """
        CREATE TABLE sync_outbox(tbl INTEGER NOT NULL, row BLOB NOT NULL,
        columns INTEGER NOT NULL, whole INTEGER NOT NULL, PRIMARY KEY(tbl, row)) WITHOUT ROWID
        """,
        // Sealed segments that the server has not acknowledged.
        "CREATE TABLE sync_segments(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
        // Changes whose row or column is not known yet.
        """
        CREATE TABLE sync_waiting(tbl INTEGER NOT NULL, row BLOB NOT NULL, change BLOB NOT NULL,
        PRIMARY KEY(tbl, row, change)) WITHOUT ROWID
        """,
        // Received segments that could not be applied.
        """
        CREATE TABLE sync_quarantine(sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL,
        reason TEXT NOT NULL)
        """,
    ]
}
