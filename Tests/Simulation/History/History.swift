import SyncKit

/// Every transaction of a run and what each replica surely knew when it made it: the oracle.
///
/// It knows nothing of stamps. What a replica knew is what it wrote itself, what it saw in the row
/// it wrote to, and what was on the server before a sync that succeeded. From that follows what
/// must not happen: a value may not stand where somebody who knew it overwrote or deleted it. A
/// write that nobody wrote beside, before or after knowing it, can so never be lost.
struct History {
    struct Commit {
        let effects: Effects
        /// What its writer surely knew.
        let past: CommitSet
        /// By row, whose values its writer found there.
        let seen: [RowName: CommitSet]
        /// True time, in milliseconds since 1970 UTC.
        let time: UInt64

        func knew(_ other: Int, of row: RowName) -> Bool {
            past.contains(other) || seen[row]?.contains(other) == true
        }
    }

    private(set) var commits: [Commit] = []
    /// Commits that a copied database may send again under a new date, so that they may win over
    /// what overwrote them in the other copy.
    var redatable = CommitSet()
    private var commitsByRow: [RowName: [Int]] = [:]

    /// Notes a transaction; returns its number.
    mutating func add(_ effects: Effects, past: CommitSet, time: UInt64) -> Int {
        var seen: [RowName: CommitSet] = [:]
        for (name, effect) in effects.effectsByName {
            guard let found = effect.found else { continue }
            seen[name] = writers(of: found, in: name)
        }
        let number = commits.count
        commits.append(Commit(effects: effects, past: past, seen: seen, time: time))
        for name in effects.effectsByName.keys { commitsByRow[name, default: []].append(number) }
        return number
    }

    /// Whoever alone can have written what is found in a row.
    private func writers(of found: [Int: SQLValue], in name: RowName) -> CommitSet {
        var writers = CommitSet()
        for (column, value) in found {
            // An insert by an older schema explains an empty column, too.
            let possible = events(name).filter { wrote($0, name, column, value) }
            if possible.count == 1 { writers.insert(possible[0]) }
        }
        return writers
    }

    private func events(_ name: RowName) -> [Int] { commitsByRow[name] ?? [] }
}

extension History {
    /// What stands in `rows` and must not, nil where everything is explained.
    ///
    /// - Parameter required: Commits that surely reached this replica. Others may have.
    func complaint(about rows: Rows, required: CommitSet) -> String? {
        for table in Studio.tables(rows.version) {
            for key in 0..<Studio.keys {
                let name = RowName(table: table.id, key: key)
                let found =
                    if let values = rows[name] {
                        complaint(aboutLiving: name, values, rows.version, required: required)
                    } else {
                        complaint(aboutMissing: name, required: required)
                    }
                if let found { return "\(name): \(found)" }
            }
        }
        return nil
    }

    private func complaint(aboutMissing name: RowName, required: CommitSet) -> String? {
        let births = events(name).filter { began($0, name) && required.contains($0) }
        guard !births.isEmpty else { return nil }
        let isExplained = events(name).contains { death in
            commits[death].effects[name].died
                && !births.contains { commits[$0].knew(death, of: name) }
        }
        return isExplained ? nil : "missing, though commit \(births) inserted it"
    }

    private func complaint(
        aboutLiving name: RowName, _ values: [Int: SQLValue], _ version: Int, required: CommitSet
    ) -> String? {
        let isBorn = events(name).contains { birth in
            began(birth, name) && !isOver(birth, name, required)
        }
        guard isBorn else { return "there, though it was deleted: \(Rows.text(values))" }
        for (column, value) in values.sorted(by: { $0.key < $1.key })
        where !Studio.mayStandIn(value, column, of: name.table, version) {
            let possible = events(name).filter { wrote($0, name, column, value) }
            guard !possible.isEmpty else {
                return "column \(column) has \(Rows.text(value)), which nobody wrote"
            }
            let isExplained = possible.contains { writer in
                !isOver(writer, name, required)
                    && overwriter(of: writer, name, column, required) == nil
            }
            guard !isExplained else { continue }
            let last = overwriter(of: possible[0], name, column, required)
            return "column \(column) has \(Rows.text(value)) of commit \(possible), "
                + (last.map { "which commit \($0) overwrote" } ?? "which was deleted")
        }
        return nil
    }

    /// Whether somebody deleted the row who knew `commit`: deletion ends what came before.
    private func isOver(_ commit: Int, _ name: RowName, _ required: CommitSet) -> Bool {
        events(name).contains { death in
            required.contains(death) && commits[death].effects[name].died
                && commits[death].knew(commit, of: name)
        }
    }

    private func overwriter(
        of commit: Int, _ name: RowName, _ column: Int, _ required: CommitSet
    ) -> Int? {
        redatable.contains(commit)
            ? nil
            : events(name).first { later in
                later != commit && required.contains(later)
                    && commits[later].effects[name].cells[column] != nil
                    && commits[later].knew(commit, of: name)
            }
    }

    private func began(_ commit: Int, _ name: RowName) -> Bool {
        commits[commit].effects[name].began
    }

    /// An insert by an older schema leaves the columns that it does not know empty.
    private func wrote(_ commit: Int, _ name: RowName, _ column: Int, _ value: SQLValue) -> Bool {
        let effect = commits[commit].effects[name]
        if let written = effect.cells[column] { return written == value }
        return effect.began && value == .null
    }
}

extension History {
    /// What does not stand where it must, in a run with true clocks and one life a row: of each
    /// cell the latest write.
    func complaint(aboutLatestIn rows: Rows, required: CommitSet) -> String? {
        for (name, values) in rows.valuesByName {
            let events = events(name)
            guard
                !events.contains(where: { commits[$0].effects[name].mayEndLife }),
                events.allSatisfy(required.contains)
            else { continue }
            for (column, value) in values {
                let writers = events.filter {
                    // An older schema's insert writes NULL to what it does not know.
                    let effect = commits[$0].effects[name]
                    return effect.began || effect.cells[column] != nil
                }
                guard
                    let last = writers.max(by: { commits[$0].time < commits[$1].time }),
                    let wanted = commits[last].effects[name].cells[column], wanted != value
                else { continue }
                return "\(name): column \(column) has \(Rows.text(value)), but commit \(last) "
                    + "wrote \(Rows.text(wanted)) last"
            }
        }
        return nil
    }
}
