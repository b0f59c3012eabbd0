/// The engine's own tables, beside the app's in the same database; all begin with `sync_`.
enum StoreTables {
    /// The version of these tables; a store of a newer version is refused.
    static let version: Int64 = 6

    static let statements = [
        // Single values: replica, clock, cursor and the like.
        "CREATE TABLE sync_state(name TEXT PRIMARY KEY NOT NULL, value) WITHOUT ROWID",
        // Replicas by a small local number; the handle is that of `Stamp.replica`.
        "CREATE TABLE sync_replicas(number INTEGER PRIMARY KEY, handle INTEGER NOT NULL UNIQUE)",
        // Every stamp by a small local number. An own transaction keeps its operations until the
        // server has acknowledged them: this table is the outbox too.
        """
        CREATE TABLE sync_stamps(number INTEGER PRIMARY KEY, time INTEGER NOT NULL,
        replica INTEGER NOT NULL, causal_cursor INTEGER NOT NULL, sequence INTEGER, ops BLOB)
        """,
        // What other programs' writes did, by triggers.
        """
        CREATE TABLE sync_external_changes(seq INTEGER PRIMARY KEY, tbl INTEGER NOT NULL,
        row_id INTEGER NOT NULL, row BLOB, op INTEGER NOT NULL, columns INTEGER NOT NULL,
        wall INTEGER NOT NULL, source INTEGER, was INTEGER, now INTEGER)
        """,
        // What each source has added to a counter of a living row, see `CounterSource`; `number`
        // rises with each addition of a source.
        """
        CREATE TABLE sync_counts(tbl INTEGER NOT NULL, row BLOB NOT NULL, col INTEGER NOT NULL,
        source INTEGER NOT NULL, number INTEGER NOT NULL, stamp INTEGER NOT NULL,
        total INTEGER NOT NULL, PRIMARY KEY(tbl, row, col, source)) WITHOUT ROWID
        """,
        // Sealed segments that the server has not acknowledged; the last of a group says up to
        // which stamp the group goes.
        """
        CREATE TABLE sync_segments(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL,
        last_stamp INTEGER, acknowledged INTEGER NOT NULL DEFAULT 0)
        """,
        // Received segments whose group is not complete.
        """
        CREATE TABLE sync_partial(replica BLOB NOT NULL, number INTEGER NOT NULL,
        bytes BLOB NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY(replica, number))
        """,
        // Changes whose table, row or column is not known yet, each an encoded batch. Where the
        // table has the column and refuses the value, `refused` is the sequence at which it became
        // known, or -1 where it has none; else 0.
        """
        CREATE TABLE sync_dependencies(tbl INTEGER NOT NULL, row BLOB NOT NULL, batch BLOB NOT NULL,
        refused INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(tbl, row, batch)) WITHOUT ROWID
        """,
        """
        CREATE INDEX sync_dependencies_refused ON sync_dependencies(refused) WHERE refused <> 0
        """,
        // Received segments that could not be applied.
        """
        CREATE TABLE sync_quarantine(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL,
        digest BLOB NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL)
        """,
        "CREATE INDEX sync_quarantine_digest ON sync_quarantine(digest)",
        // The last segment of each replica's chain up to the cursor.
        """
        CREATE TABLE sync_chains(replica BLOB PRIMARY KEY NOT NULL, number INTEGER NOT NULL,
        digest BLOB NOT NULL) WITHOUT ROWID
        """,
        // Segments that never came although later ones of the same replica did.
        """
        CREATE TABLE sync_missing(replica BLOB NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, PRIMARY KEY(replica, first)) WITHOUT ROWID
        """,
        // Replicas whose state differed after the same changes, and how often in a row.
        """
        CREATE TABLE sync_divergence(replica BLOB PRIMARY KEY NOT NULL, count INTEGER NOT NULL,
        found INTEGER NOT NULL) WITHOUT ROWID
        """,
        // The rows of a snapshot that is being loaded over older rows.
        """
        CREATE TABLE sync_snapshot_rows(tbl INTEGER NOT NULL, row BLOB NOT NULL,
        PRIMARY KEY(tbl, row)) WITHOUT ROWID
        """,
        // Values that lost against a concurrent write; the id is a hash of what was lost where, so
        // that the same loss is stored once, see `ConflictLog`.
        """
        CREATE TABLE sync_conflicts(id INTEGER PRIMARY KEY, tbl INTEGER NOT NULL,
        row BLOB NOT NULL, col INTEGER NOT NULL, kind INTEGER NOT NULL, lost BLOB NOT NULL,
        lost_stamp INTEGER NOT NULL, won_stamp INTEGER NOT NULL, found INTEGER NOT NULL)
        """,
        // Conflicts that were restored, on whichever device: the one table of the engine that
        // syncs, see `RestoredConflicts`.
        "CREATE TABLE sync_restored(id BLOB PRIMARY KEY NOT NULL, restored INTEGER)",
    ]

    /// The clocks of one synced table, by rowid.
    ///
    /// Runs: rows side by side that began at one stamp. Clocks: what differs from that, see
    /// `PackedClock`, without NOT NULL: many are stored by one statement, and one that a constraint
    /// could stop keeps a copy of each page it changes. Tombstones: deleted rows.
    static func statements(table: TableID) -> [String] {
        [
            """
            CREATE TABLE IF NOT EXISTS sync_runs_\(table)(first INTEGER PRIMARY KEY,
            count INTEGER NOT NULL, stamp INTEGER NOT NULL)
            """,
            """
            CREATE TABLE IF NOT EXISTS sync_clocks_\(table)(row_id INTEGER PRIMARY KEY, clock BLOB)
            """,
            """
            CREATE TABLE IF NOT EXISTS sync_tombstones_\(table)(row BLOB PRIMARY KEY NOT NULL,
            causal_length INTEGER NOT NULL, stamp INTEGER NOT NULL) WITHOUT ROWID
            """,
        ]
    }
}
