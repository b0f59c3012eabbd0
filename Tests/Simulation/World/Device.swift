import GRDB
import SyncKit
import TestSupport

/// One device of a simulation: a disk, a clock, a network, the app and another program; and what
/// the simulation knows of it.
final class Device {
    /// A copy of a device's files, and what the device knew when it was made.
    struct Copy {
        let image: SimulatedDisk.Image
        let version: Int
        let rows: Rows
        let uncertain: [(commit: Int, rows: Rows)]
        let isMergeUncertain: Bool
        let known: CommitSet
        /// Of those, the ones that may not have been on the server yet.
        let unsent: CommitSet
        let counted: CommitSet
        let keyEpoch: UInt32
    }

    let index: Int
    let disk: SimulatedDisk
    let clock: DeviceClock
    let network: SimulatedNetwork
    /// What the other program's SQLite draws.
    private let chance: SeededChance
    var version: Int
    /// Whether there are the tables of ``Annex``.
    let hasAnnex: Bool
    private(set) var store: SyncStore?
    private var otherConnection: PlainConnection?

    /// What the tables must hold now.
    var rows: Rows
    /// What they hold if all that was never acknowledged is lost.
    var settledRows: Rows
    /// Transactions that failed and may be there all the same, with what the tables hold then.
    var uncertain: [(commit: Int, rows: Rows)] = []
    /// Of those, the ones that were seen, and that a power cut may still take.
    var unsettled: [Int] = []
    /// Whether a merge failed that may be there all the same, once the log is read anew.
    var isMergeUncertain = false
    /// The commits that surely reached this device.
    var known = CommitSet()
    /// The transactions of ``Tally`` that surely reached this device.
    var counted = CommitSet()
    /// The newest library key that it holds, and all before.
    private(set) var keyEpoch: UInt32 = 1
    var copy: Copy?
    /// Whether the account may not write, as far as the device knows.
    var isSuspended = false

    init(
        index: Int, disk: SimulatedDisk, clock: DeviceClock, network: SimulatedNetwork,
        chance: SeededChance, version: Int, hasAnnex: Bool
    ) {
        self.chance = chance
        self.hasAnnex = hasAnnex
        self.index = index
        self.disk = disk
        self.clock = clock
        self.network = network
        self.version = version
        rows = Rows(version: version)
        settledRows = rows
    }

    /// Opens the app, and with it the store.
    func open() throws -> SyncStore {
        if let store { return store }
        let opened = try SyncStore(
            path: disk.path("library"), schema: try Studio.schema(version, hasAnnex),
            migrator: Studio.migrator(version, hasAnnex), environment: clock.environment,
            configuration: SQLiteTuning.withoutAuthorizer(SyncStore.defaultConfiguration))
        store = opened
        return opened
    }

    /// What exchanges its changes, with the keys that it has now.
    ///
    /// - Parameter tail: A snapshot is due when so many segments have come after the last.
    func synchronizer(snapshotTail tail: Int) throws -> Synchronizer {
        let keys = Dictionary(
            uniqueKeysWithValues: (1...keyEpoch).map {
                ($0, [UInt8](repeating: UInt8(truncatingIfNeeded: 6 + $0), count: 32))
            })
        guard let keys = LibraryKeys(keys) else { preconditionFailure("the keys are 32 bytes") }
        return Synchronizer(
            store: try open(), transport: network, keys: keys, account: Gallery.account,
            snapshotTail: tail)
    }

    /// Is handed all library keys up to one.
    func take(keys epoch: UInt32) { keyEpoch = epoch }

    /// Closes the app.
    func close() {
        store = nil
    }

    /// Another program's connection.
    func other() throws -> PlainConnection {
        if let otherConnection { return otherConnection }
        let connection = try PlainConnection(disk.path("library", program: "other"))
        connection.setRandom(chance)
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
        otherConnection = connection
        return connection
    }

    /// Closes the other program.
    func closeOther() { otherConnection = nil }

    /// Closes both programs.
    func closeAll() {
        close()
        closeOther()
    }

    /// What the tables hold.
    func read() throws -> Rows {
        let version = version
        return try open().read { try Rows(version: version, reading: $0) }
    }

    /// Whether the server has not acknowledged something. Asks the file and not the engine, which
    /// would fold its log for the answer.
    func hasPending() throws -> Bool {
        try open().read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM sync_stamps WHERE ops IS NOT NULL)
                    OR EXISTS (SELECT 1 FROM sync_external_changes)
                    """)
            return try PlainConnection.rows(statement.sqliteStatement, []) != [[.integer(0)]]
        }
    }

    /// Whether SQLite finds nothing wrong with its file.
    func isWhole() throws -> Bool {
        try open().read { db in
            let statement = try db.cachedStatement(sql: "PRAGMA integrity_check")
            return try PlainConnection.rows(statement.sqliteStatement, []) == [[.text("ok")]]
        }
    }

    /// A copy of the files as they are.
    func makeCopy(onServer: CommitSet) -> Copy {
        var unsent = known
        for commit in unsettled { unsent.insert(commit) }
        unsent.subtract(onServer)
        return Copy(
            image: disk.image, version: version, rows: rows, uncertain: uncertain,
            isMergeUncertain: isMergeUncertain, known: known, unsent: unsent,
            counted: counted, keyEpoch: keyEpoch)
    }

    /// Puts a copy in place of the files.
    func load(_ copy: Copy) {
        closeAll()
        disk.load(copy.image)
        version = copy.version
        settle(copy.rows)
        uncertain = copy.uncertain
        isMergeUncertain = copy.isMergeUncertain
        known = copy.known
        counted = copy.counted
        keyEpoch = copy.keyEpoch
    }

    /// What the tables may hold after a crash, what they hold most likely first.
    ///
    /// A transaction that failed while it was committed may turn up once the log is read anew.
    var possibleRows: [Rows] { [rows, settledRows] + uncertain.map(\.rows) }

    /// Nothing is uncertain any more.
    func settle(_ rows: Rows) {
        self.rows = rows
        settledRows = rows
        uncertain = []
        isMergeUncertain = false
        unsettled = []
    }
}
