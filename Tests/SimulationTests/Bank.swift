import SyncKit
import TestSupport

/// Accounts that pass money to each other: what a database must keep whole through any crash.
struct Bank {
    static let accounts = 8
    static let balance: Int64 = 100

    let disk: SimulatedDisk
    let journal: String

    /// A connection that loses no commit: EXTRA, as FULL does not sync the folder once a rollback
    /// journal is deleted. With a write-ahead log the two are the same.
    func connect(_ program: String = "app") throws -> PlainConnection {
        let connection = try PlainConnection(disk.path("bank", program: program))
        try connection.execute("PRAGMA synchronous = EXTRA; PRAGMA journal_mode = \(journal)")
        return connection
    }

    /// Makes the accounts.
    func found() throws {
        let connection = try connect()
        let accounts = (0..<Self.accounts).map { "(\($0), \(Self.balance), zeroblob(700))" }
        try connection.transaction {
            try $0.execute(
                """
                CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER, weight BLOB);
                CREATE TABLE entry(number INTEGER PRIMARY KEY, note BLOB);
                INSERT INTO account VALUES \(accounts.joined(separator: ", "))
                """)
        }
    }

    /// Moves money and writes it down, transfer `number` at a time, until something fails.
    ///
    /// - Returns: The number of the last transfer that was committed.
    func trade(_ numbers: ClosedRange<Int>, seed: UInt64) -> Int {
        var generator = SeededGenerator(seed: seed)
        var last = numbers.lowerBound - 1
        do {
            let connection = try connect()
            for number in numbers {
                let from = Int64(generator.below(Self.accounts))
                let to = Int64(generator.below(Self.accounts))
                let amount = Int64(generator.below(30))
                try connection.transaction {
                    let update = "UPDATE account SET balance = balance + ? WHERE id = ?"
                    try $0.execute(update, [.integer(-amount), .integer(from)])
                    try $0.execute(
                        "INSERT INTO entry VALUES(?, randomblob(?))",
                        [.integer(Int64(number)), .integer(Int64(generator.below(3000)))])
                    try $0.execute(update, [.integer(amount), .integer(to)])
                }
                last = number
                if generator.oneIn(5) { try connection.execute("PRAGMA wal_checkpoint(PASSIVE)") }
                if generator.oneIn(9) { try connection.execute("VACUUM") }
            }
        } catch {
            // The crash that the test planned.
        }
        return last
    }

    /// What is wrong with the bank's books after `acknowledged` transfers, nil where nothing is.
    func complaint(acknowledged: Int) -> String? {
        do {
            return try audit(acknowledged: acknowledged)
        } catch {
            return "unreadable: \(error)"
        }
    }

    private func audit(acknowledged: Int) throws -> String? {
        let connection = try connect()
        let check = try connection.rows("PRAGMA integrity_check")
        guard check == [[.text("ok")]] else { return "damaged: \(check)" }
        let sum = try connection.rows("SELECT sum(balance) FROM account")
        guard sum == [[.integer(Self.balance * Int64(Self.accounts))]] else {
            return "the balances make \(sum)"
        }
        let entries = try connection.rows(
            "SELECT count(*), ifnull(max(number), 0) FROM entry")
        guard case .integer(let count) = entries[0][0], case .integer(let last) = entries[0][1]
        else { return "no entries" }
        guard count == last else { return "\(count) entries up to \(last)" }
        guard last >= acknowledged else { return "entry \(acknowledged) is lost, \(last) is last" }
        return last <= acknowledged + 1 ? nil : "entry \(last) was never made"
    }
}
