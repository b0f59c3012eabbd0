import SyncKit
import TestSupport
import Testing

/// The disk under the simulations is like a real one: SQLite keeps its promises on it, and breaks
/// them where the disk lies.
@Suite struct SimulatedDiskTests {
    static let journals = ["WAL", "DELETE", "TRUNCATE"]

    // Goal: a power cut or a kill at any operation loses no committed
    // transaction and leaves none half done.
    // Method: a bank's transfers; the crash strikes at each operation in turn; sums and entries.
    @Test(arguments: journals, [DiskFault.Kind.powerCut, .kill])
    func committedTransactionsSurviveEveryCrash(
        journal: String, kind: DiskFault.Kind
    ) throws {
        for (index, seed) in SeededGenerator.seeds(3).enumerated() {
            var operation = index
            while try strikes(DiskFault(kind, at: operation), journal, seed) { operation += 3 }
            #expect(operation > 60, "seed \(seed): \(operation) operations were tried")
        }
    }

    // Goal: a disk that only says it syncs is found out, so the check above can fail.
    @Test func aDiskThatLiesIsFoundOut() throws {
        var complaints = 0
        for seed in SeededGenerator.seeds(4) {
            for operation in stride(from: 10, to: 100, by: 9) {
                let bank = Bank(disk: Self.disk(seed), journal: "WAL")
                try bank.found()
                bank.disk.ignoreSyncs()
                bank.disk.plan(DiskFault(.powerCut, at: operation))
                let acknowledged = bank.trade(1...12, seed: seed)
                bank.disk.restart()
                complaints += bank.complaint(acknowledged: acknowledged) == nil ? 0 : 1
            }
        }
        #expect(complaints > 10)
    }

    // Goal: an operation that fails once, or finds the disk full for a while, harms nothing: the
    // bank goes on afterwards.
    @Test(arguments: journals, [DiskFault.Kind.failure(times: 1), .full(times: 7)])
    func aFailedOperationHarmsNothing(journal: String, kind: DiskFault.Kind) throws {
        for seed in SeededGenerator.seeds(2) {
            for operation in stride(from: 0, to: 120, by: 3) {
                let bank = Bank(disk: Self.disk(seed), journal: journal)
                try bank.found()
                bank.disk.plan(DiskFault(kind, at: operation))
                let first = bank.trade(1...6, seed: seed)
                bank.disk.plan(nil)
                let complaint = bank.complaint(acknowledged: first)
                #expect(complaint == nil, "seed \(seed), operation \(operation), \(journal)")
                // The failed one may have been committed all the same.
                let next = try bank.connect().rows("SELECT ifnull(max(number), 0) + 1 FROM entry")
                guard case .integer(let number) = next[0][0] else { return }
                #expect(bank.trade(Int(number)...12, seed: seed + 1) == 12)
                #expect(bank.complaint(acknowledged: 12) == nil)
            }
        }
    }

    // Goal: a program that is killed leaves its log to the ones that go on, at once.
    @Test func aKilledProgramHoldsNobodyUp() throws {
        for seed in SeededGenerator.seeds(2) {
            for operation in stride(from: 0, to: 120, by: 3) {
                let bank = Bank(disk: Self.disk(seed), journal: "WAL")
                try bank.found()
                let other = try bank.connect("other")
                #expect(try other.rows("SELECT count(*) FROM entry") == [[.integer(0)]])
                bank.disk.plan(DiskFault(.kill, at: operation))
                let acknowledged = bank.trade(1...12, seed: seed)
                let count = try other.rows("SELECT count(*) FROM entry")
                guard case .integer(let seen) = count[0][0] else { return }
                #expect(seen >= acknowledged, "seed \(seed), operation \(operation)")
                try other.execute("INSERT INTO entry VALUES(\(seen + 1), NULL)")
                bank.disk.restart()
                let complaint = bank.complaint(acknowledged: Int(seen) + 1)
                #expect(complaint == nil, "seed \(seed), operation \(operation)")
            }
        }
    }

    // Goal: two connections exclude each other as on a real disk, and see each other's commits.
    @Test(arguments: journals)
    func connectionsLockEachOtherOut(journal: String) throws {
        let bank = Bank(disk: Self.disk(1), journal: journal)
        try bank.found()
        let (first, second) = (try bank.connect(), try bank.connect("other"))
        try first.execute("BEGIN IMMEDIATE; UPDATE account SET balance = 7 WHERE id = 0")
        #expect(throws: PlainConnection.Failure.self) { try second.execute("BEGIN IMMEDIATE") }
        let balance = "SELECT balance FROM account WHERE id = 0"
        #expect(try second.rows(balance) == [[.integer(100)]])
        try first.execute("COMMIT")
        #expect(try second.rows(balance) == [[.integer(7)]])
    }

    // Goal: SQL functions tell the simulated time.
    @Test func theDiskTellsTheTime() throws {
        let time = SimulatedTime(seed: 1)
        let disk = SimulatedDisk(seed: 1) { time.now }
        let connection = try PlainConnection(disk.path("time"))
        time.advance(by: 12_345)
        let rows = try connection.rows(
            "SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)")
        #expect(rows == [[.integer(Int64(time.now))]])
    }

    // Goal: a copy of the disk holds what the disk held.
    @Test func aCopyIsWhole() throws {
        let bank = Bank(disk: Self.disk(1), journal: "WAL")
        try bank.found()
        #expect(bank.trade(1...5, seed: 1) == 5)
        let copy = Bank(disk: Self.disk(2), journal: "WAL")
        copy.disk.load(bank.disk.image)
        #expect(copy.complaint(acknowledged: 5) == nil)
    }

    /// Trades until the fault strikes, restarts, and checks; false where no operation was left for
    /// the fault to strike.
    private func strikes(_ fault: DiskFault, _ journal: String, _ seed: UInt64) throws -> Bool {
        let bank = Bank(disk: Self.disk(seed ^ UInt64(fault.operation)), journal: journal)
        try bank.found()
        bank.disk.plan(fault)
        let acknowledged = bank.trade(1...12, seed: seed)
        guard bank.disk.isDown || bank.disk.isKilled("app") else { return false }
        bank.disk.restart()
        let complaint = bank.complaint(acknowledged: acknowledged)
        #expect(
            complaint == nil,
            "seed \(seed), operation \(fault.operation), \(journal), \(fault.kind)")
        return true
    }

    private static func disk(_ seed: UInt64) -> SimulatedDisk {
        SimulatedDisk(seed: seed) { 1_760_000_000_000 }
    }
}
