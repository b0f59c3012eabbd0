/// Changes that travel together, in a columnar form: like things lie side by side, so that they
/// compress well and are read without an allocation each. ``encoded()`` gives the wire form, which
/// `Docs/PROTOCOL.md` specifies.
package struct ChangeBatch: Equatable, Sendable {
    /// A stamp as it travels.
    package struct DatedStamp: Hashable, Sendable {
        /// When and where.
        package var stamp: Stamp
        /// Of what others had sent, the writer had merged everything up to this sequence.
        package var causalCursor: ServerSequence
        /// The sequence at which others came to know it; ``ServerSequence/none`` stands for that of
        /// the segment that carries the batch.
        package var sequence: ServerSequence

        /// - Parameter sequence: None where the segment of the stamp has none yet.
        package init(stamp: Stamp, causalCursor: ServerSequence, sequence: ServerSequence = .none) {
            self.stamp = stamp
            self.causalCursor = causalCursor
            self.sequence = sequence
        }
    }

    /// What the sender's state was with this batch merged.
    package struct Summary: Hashable, Sendable {
        /// The sender had merged everything up to this sequence, and its own changes.
        package var cursor: ServerSequence
        /// See ``StateDigest``.
        package var digest: UInt64

        /// The sender's state, with what it had merged.
        package init(cursor: ServerSequence, digest: UInt64) {
            self.cursor = cursor
            self.digest = digest
        }
    }

    /// In the last batch of a group.
    package var summary: Summary?

    /// Every stamp of the batch once; changes name them by index.
    package var stamps: [DatedStamp] = []
    /// The changes, by table id in rising order.
    package var tables: [TableChanges] = []

    /// No changes.
    package init() {}

    /// No change inside is dated later.
    package var highestStamp: Stamp {
        stamps.reduce(.zero) { max($0, $1.stamp) }
    }

    /// How many rows the batch speaks of.
    package var changeCount: Int {
        tables.reduce(0) {
            $0 + $1.rows.count + $1.deletes.count + $1.updates.count + $1.counts.count
        }
    }

    static let version: UInt8 = 4
}

/// One table's share of a batch.
package struct TableChanges: Equatable, Sendable {
    /// A column's stamp that differs from its row's beginning.
    package struct Exception: Hashable, Sendable {
        package var row: Int32
        package var column: ColumnID
        package var stamp: Int32

        /// - Parameters:
        ///   - row: An index into the table's keys.
        ///   - stamp: An index into the batch's stamps.
        package init(row: Int32, column: ColumnID, stamp: Int32) {
            (self.row, self.column, self.stamp) = (row, column, stamp)
        }
    }

    /// A row's causal length where it is not 1.
    package struct CausalLength: Hashable, Sendable {
        package var row: Int32
        package var causalLength: UInt32

        /// - Parameter causalLength: At least 1, odd where the row exists.
        package init(row: Int32, causalLength: UInt32) {
            self.row = row
            self.causalLength = causalLength
        }
    }

    /// Rows that were inserted, with every column.
    package struct Rows: Equatable, Sendable {
        package var keys = KeyColumn()
        /// Indexes of the stamps the rows began at.
        package var createdStamps: [Int32] = []
        /// In rising order of rows.
        package var causalLengths: [CausalLength] = []
        /// In rising order of rows, then of columns.
        package var exceptions: [Exception] = []
        /// All values, by column id in rising order; each has as many cells as there are keys.
        package var columns: [Column] = []

        package var count: Int { keys.count }
    }

    /// One column of ``Rows``.
    package struct Column: Equatable, Sendable {
        package var id: ColumnID
        package var cells: CellColumn

        /// - Parameter cells: One cell for each inserted row.
        package init(id: ColumnID, cells: CellColumn) {
            self.id = id
            self.cells = cells
        }
    }

    /// Rows that were deleted.
    package struct Deletes: Equatable, Sendable {
        package var keys = KeyColumn()
        /// Their causal lengths, all even.
        package var causalLengths: [UInt32] = []
        package var stamps: [Int32] = []

        package var count: Int { keys.count }
    }

    /// Cells of rows that exist already.
    package struct Updates: Equatable, Sendable {
        package var keys = KeyColumn()
        /// In rising order of rows.
        package var causalLengths: [CausalLength] = []
        /// By column id in rising order.
        package var columns: [UpdatedColumn] = []

        package var count: Int { keys.count }
    }

    /// One column of ``Updates``.
    package struct UpdatedColumn: Equatable, Sendable {
        package var id: ColumnID
        /// Indexes of the edited rows, rising.
        package var rows: [Int32] = []
        package var stamps: [Int32] = []
        package var cells = CellColumn()

        /// - Parameters:
        ///   - rows: Indexes into the table's keys, as many as there are cells.
        ///   - stamps: Indexes into the batch's stamps, one for each row.
        package init(
            id: ColumnID, rows: [Int32] = [], stamps: [Int32] = [], cells: CellColumn = CellColumn()
        ) {
            (self.id, self.rows, self.stamps, self.cells) = (id, rows, stamps, cells)
        }
    }

    /// What one source has added to one counter.
    package struct Count: Hashable, Sendable {
        package var key: RowKey
        package var causalLength: UInt32
        package var column: ColumnID
        /// When the source last added.
        package var stamp: Int32
        /// Which source: see ``CounterSource``.
        package var source: UInt64
        /// Rises with each addition of the source: the greater one's total has the other in it.
        package var number: Int64
        package var total: Int64

        /// - Parameter number: At least 0.
        package init(
            key: RowKey, causalLength: UInt32, column: ColumnID, stamp: Int32, source: UInt64,
            number: Int64,
            total: Int64
        ) {
            (self.key, self.causalLength, self.column) = (key, causalLength, column)
            (self.stamp, self.source) = (stamp, source)
            (self.number, self.total) = (number, total)
        }
    }

    package var table: TableID
    package var rows = Rows()
    package var deletes = Deletes()
    package var updates = Updates()
    package var counts: [Count] = []

    /// No changes of a table.
    package init(table: TableID) {
        self.table = table
    }
}
