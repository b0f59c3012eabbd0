/// What a check of a store found; all empty in a healthy one.
public struct Diagnosis: Hashable, Sendable {
    /// What SQLite itself reports of the file.
    public var damage: [String] = []
    /// Rows by table that no clock knows: written by a program with its triggers off.
    public var unknownRows: [String: Int] = [:]
    /// Clocks by table whose row is gone: deleted by a program with its triggers off.
    public var orphanedClocks: [String: Int] = [:]
    /// Rows by table that are marked as deleted and exist all the same.
    public var deletedAlive: [String: Int] = [:]
    /// Tables whose capture triggers are missing or not the engine's own.
    public var missingTriggers: [String] = []
    /// Tables with clocks that name a stamp which is not there.
    public var danglingStamps: [String] = []
    /// Counters by table that hold another sum than what was added to them: written by a program
    /// with its triggers off.
    public var miscounted: [String: Int] = [:]
    /// Whether the sum over all rows is another than the one kept while writing.
    public var digestDiffers = false
    /// Whether the database was copied row by row, as by `.dump`: no clock belongs to its row.
    public var wasRebuilt = false
    /// Received segments that could not be applied, with the reasons.
    public var setAside: [String] = []

    /// Nothing found.
    public init() {}

    /// Whether nothing is wrong; segments that wait for a key or a time are no fault.
    public var isHealthy: Bool {
        var healthy = Diagnosis()
        healthy.setAside = setAside
        return self == healthy
    }
}
