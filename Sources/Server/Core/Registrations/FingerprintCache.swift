import Fingerprints
import Synchronization

/// The stored fingerprints in memory, to find those near to one; it follows the table by serial.
///
/// Rows are added by one transaction at a time (``FingerprintStore``), so what is committed is
/// always a beginning of the table. What was read may be rolled back all the same: SQLite commits
/// several writers at once. Then the last row that both know differs in its random mark, and the
/// index is read anew. Who finds something reads its row, which says whether it is there and not
/// withdrawn; so nothing else in here has to be exact.
///
/// It needs 112 bytes a fingerprint, and 4 MiB.
final class FingerprintCache: Sendable {
    private struct State {
        var index = FingerprintIndex()
        /// By position in the index, ascending.
        var serials: [Int64] = []
        var marks: [Int64] = []
    }

    private let state = Mutex(State())

    /// Stored fingerprints near to a picture in any orientation: distances by serial.
    ///
    /// - Parameter first: The first serial of the transaction's own rows, which are not looked at.
    func near(
        _ reading: FingerprintReading, before first: Int64?, in db: Database
    ) throws -> [Int64: Int] {
        try state.withLock { state in
            try Self.follow(&state, before: first, in: db)
            let matches = state.index.matches(of: reading)
            return Dictionary(
                matches.map { (state.serials[$0.position], $0.distance) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// Reads what was committed since, before anybody waits for it.
    func follow(in db: Database) throws {
        try state.withLock { try Self.follow(&$0, before: nil, in: db) }
    }

    private static func follow(_ state: inout State, before first: Int64?, in db: Database) throws {
        let end = first ?? .max
        guard
            let last = try db.row(
                """
                SELECT serial, mark FROM fingerprint WHERE serial < ?1
                ORDER BY serial DESC LIMIT 1
                """,
                [end])
        else { return }
        let serial: Int64 = try last["serial"]
        let mark: Int64 = try last["mark"]
        if let known = state.serials.last, serial <= known {
            if Self.mark(of: serial, in: state) != mark { state = State() } else { return }
        }
        try readRows(into: &state, before: end, in: db)
    }

    /// Reads from the last known row on, which must be the same still.
    private static func readRows(
        into state: inout State, before end: Int64, in db: Database
    ) throws {
        while true {
            let known = state.serials.last
            let rows = try db.rows(
                """
                SELECT serial, mark, fingerprint FROM fingerprint
                WHERE serial >= ?1 AND serial < ?2 ORDER BY serial LIMIT ?3
                """,
                [known ?? 0, end, Limits.fingerprintPage])
            if let known {
                let isSame = try rows.first.map {
                    try $0["serial"] == known && $0["mark"] == state.marks.last
                }
                guard isSame == true else {
                    state = State()
                    continue
                }
            }
            for row in rows.dropFirst(known == nil ? 0 : 1) {
                state.index.append(try row.fingerprint())
                state.serials.append(try row["serial"])
                state.marks.append(try row["mark"])
            }
            if rows.count < Limits.fingerprintPage { return }
        }
    }

    private static func mark(of serial: Int64, in state: State) -> Int64? {
        var range = 0..<state.serials.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if state.serials[middle] == serial { return state.marks[middle] }
            range =
                state.serials[middle] < serial
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}
