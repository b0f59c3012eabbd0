extension ChangeBatch {
    /// The same changes, without the sequences of an account's order at which they became known.
    func withoutSequences() -> ChangeBatch {
        var result = self
        result.summary = nil
        for index in stamps.indices {
            (result.stamps[index].causalCursor, result.stamps[index].sequence) = (.none, .none)
        }
        return result
    }

    /// The same changes with only those stamps that they name.
    func withoutUnusedStamps() -> ChangeBatch {
        var result = self
        var numbers: [Int32: Int32] = [:]
        result.stamps = []
        result.renumberStamps { index in
            if let known = numbers[index] { return known }
            let number = Int32(numbers.count)
            numbers[index] = number
            return number
        }
        for (index, _) in numbers.sorted(by: { $0.value < $1.value }) {
            result.stamps.append(stamps[Int(index)])
        }
        return result
    }

    /// Puts the stamps in the order of time: then they travel as small differences.
    mutating func sortStamps() {
        let order = stamps.indices.sorted { (stamps[$0].stamp, $0) < (stamps[$1].stamp, $1) }
        guard !order.elementsEqual(stamps.indices) else { return }
        var numbers = [Int32](repeating: 0, count: stamps.count)
        for (number, index) in order.enumerated() { numbers[index] = Int32(number) }
        stamps = order.map { stamps[$0] }
        renumberStamps { numbers[Int($0)] }
    }

    /// Replaces each index of a stamp.
    private mutating func renumberStamps(_ renumber: (Int32) -> Int32) {
        for table in tables.indices {
            // Taken out meanwhile, so that nothing is copied.
            var changes = tables[table]
            tables[table] = TableChanges(table: changes.table)
            for row in changes.rows.createdStamps.indices {
                changes.rows.createdStamps[row] = renumber(changes.rows.createdStamps[row])
            }
            for index in changes.rows.exceptions.indices {
                changes.rows.exceptions[index].stamp = renumber(
                    changes.rows.exceptions[index].stamp)
            }
            for index in changes.deletes.stamps.indices {
                changes.deletes.stamps[index] = renumber(changes.deletes.stamps[index])
            }
            for column in changes.updates.columns.indices {
                for index in changes.updates.columns[column].stamps.indices {
                    changes.updates.columns[column].stamps[index] = renumber(
                        changes.updates.columns[column].stamps[index])
                }
            }
            for index in changes.counts.indices {
                changes.counts[index].stamp = renumber(changes.counts[index].stamp)
            }
            tables[table] = changes
        }
    }
}
