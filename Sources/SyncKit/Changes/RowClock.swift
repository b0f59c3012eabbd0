/// What a replica remembers of one row besides its values: one stamp, and the columns written
/// since.
///
/// Merge is a maximum in every part, so it is commutative, associative and idempotent:
/// the longer life wins; within one life each column's later stamp wins.
package struct RowClock: Hashable, Sendable {
    /// The row's causal length: 0 never seen, odd exists, even deleted.
    package var life: UInt32
    /// When this life or death began: the stamp of every column without an exception.
    package var began: Stamp
    /// Columns written later than ``began``, by column id.
    package var exceptions: [Int: Stamp]

    /// Takes every field.
    package init(life: UInt32, began: Stamp, exceptions: [Int: Stamp] = [:]) {
        self.life = life
        self.began = began
        self.exceptions = exceptions
    }

    /// A row that was never seen.
    package static let unseen = RowClock(life: 0, began: .zero)

    /// Whether the row exists.
    package var isAlive: Bool { !life.isMultiple(of: 2) }

    /// When `column` was written.
    package func stamp(of column: Int) -> Stamp {
        exceptions[column] ?? began
    }

    /// What a change does to the row.
    package enum Outcome: Hashable, Sendable {
        /// Nothing: all of it was known or lost.
        case unchanged
        /// The row ceases to exist.
        case delete
        /// The row comes to exist with all of the change's cells.
        case insert
        /// These columns take the change's values.
        case update(columns: [Int])
        /// The change edits a life that has not begun here: keep it until its beginning arrives.
        case wait
    }

    /// Merges `change` and says what it does to the row.
    ///
    /// - Parameter again: Whether cells that were merged before count too: their stamps are known,
    ///   but their column was not, so their values were kept aside.
    package mutating func merge(_ change: RowChange, again: Bool = false) -> Outcome {
        if change.life < life { return .unchanged }
        return change.life > life ? begin(change) : join(change, again: again)
    }

    /// A longer life: everything of the shorter one is over.
    private mutating func begin(_ change: RowChange) -> Outcome {
        let dies = change.life.isMultiple(of: 2)
        guard dies || change.isWhole else { return .wait }
        let wasAlive = isAlive
        self = RowClock(life: change.life, began: change.began)
        if dies { return wasAlive ? .delete : .unchanged }
        for (column, cell) in change.cells where cell.stamp != began {
            exceptions[column] = cell.stamp
        }
        return .insert
    }

    /// The same life: the later stamp of each column wins.
    private mutating func join(_ change: RowChange, again: Bool) -> Outcome {
        guard isAlive else {
            began = max(began, change.began)
            return .unchanged
        }
        // `began` stays: where two replicas began one life, the later beginning's cells become
        // exceptions here, and every column's stamp is still the maximum of all that were seen.
        var columns: [Int] = []
        for (column, cell) in change.cells {
            let known = stamp(of: column)
            guard cell.stamp > known || again && cell.stamp == known else { continue }
            if cell.stamp != began { exceptions[column] = cell.stamp }
            columns.append(column)
        }
        return columns.isEmpty ? .unchanged : .update(columns: columns.sorted())
    }
}
