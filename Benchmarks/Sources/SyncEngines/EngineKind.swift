/// The engines that can be measured, by the names they have in the report.
package enum EngineKind: String, CaseIterable, Sendable {
    case raw
    case synckit
    case synckitGRDB = "synckit_grdb"
    case synckitSmallCache = "synckit_small_cache"
    case grdb
    case grdbPrepared = "grdb_prepared"
    case grdbStepped = "grdb_stepped"
    case hook
    case hookChecked = "hook_checked"
    case hookSilentTriggers = "hook_silent_triggers"
    case hookIdentifiers = "hook_ids"
    case hookAlone = "hook_alone"
    case inRow = "in_row"
    case inRowEpoch = "in_row_epoch"
    case rowClock = "row_clock"

    /// What is measured by this name.
    package var summary: String {
        switch self {
        case .raw: "plain SQLite, no metadata: what the others are compared with"
        case .synckit: "SyncKit, statements stepped by hand on its connection"
        case .synckitGRDB: "SyncKit, statements run by GRDB"
        case .synckitSmallCache: "SyncKit with SQLite's own page cache of 2 MB instead of 64 MB"
        case .grdb: "plain SQLite through GRDB: pool.write and cached statements"
        case .grdbPrepared: "the same with BEGIN and COMMIT prepared once"
        case .grdbStepped: "the same, and statements stepped by hand"
        case .hook: "layout: preupdate hook, one blob of operations a transaction"
        case .hookChecked: "the same, looking at each inserted row's id and size"
        case .hookSilentTriggers: "the same as hook, with triggers present and switched off"
        case .hookIdentifiers: "the same as hook, noting ids instead of rowids"
        case .hookAlone: "a preupdate hook that notes nothing"
        case .inRow: "layout: clock columns in the table, a stamp row a transaction"
        case .inRowEpoch: "the same, a stamp row a thousand transactions"
        case .rowClock: "layout: triggers and one clock row a row"
        }
    }

    /// Opens a replica at `path`.
    package func open(
        _ path: String, isNew: Bool, durability: Durability
    ) throws -> any SyncEngine {
        switch self {
        case .raw:
            try RawEngine(path: path, isNew: isNew, durability: durability)
        case .synckit, .synckitGRDB, .synckitSmallCache:
            try SyncKitEngine(
                path: path, durability: durability, usesGRDBStatements: self == .synckitGRDB,
                hasSmallCache: self == .synckitSmallCache)
        case .grdb, .grdbPrepared, .grdbStepped:
            try GRDBEngine(path: path, isNew: isNew, durability: durability, style: grdbStyle)
        case .hook, .hookChecked, .hookSilentTriggers, .hookIdentifiers, .hookAlone:
            try HookEngine(
                path: path, isNew: isNew, durability: durability, options: hookOptions)
        case .inRow:
            try InRowEngine(
                path: path, isNew: isNew, durability: durability, interning: .transaction)
        case .inRowEpoch:
            try InRowEngine(path: path, isNew: isNew, durability: durability, interning: .epoch)
        case .rowClock:
            try RowClockEngine(path: path, isNew: isNew, durability: durability)
        }
    }

    private var grdbStyle: GRDBEngine.Style {
        switch self {
        case .grdbPrepared: .preparedTransactions
        case .grdbStepped: .steppedByHand
        default: .plain
        }
    }

    private var hookOptions: HookEngine.Options {
        switch self {
        case .hookChecked: .checksInserts
        case .hookSilentTriggers: .hasSilentTriggers
        case .hookIdentifiers: .notesIdentifiers
        case .hookAlone: .notesNothing
        default: []
        }
    }
}
