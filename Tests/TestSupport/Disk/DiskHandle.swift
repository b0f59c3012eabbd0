/// A file that some program has open. Guarded by the disk's lock.
final class DiskHandle {
    let disk: SimulatedDisk
    let file: DiskFile
    /// The program that opened it.
    let program: String
    /// Nil for a file without a name, which no fault strikes.
    let name: String?
    let deletesOnClose: Bool
    /// SQLite's lock level.
    var lock: Int32 = 0
    /// Locks on the write-ahead log's index, a bit each.
    var sharedIndexLocks: UInt16 = 0
    var exclusiveIndexLocks: UInt16 = 0
    /// Kept here while it is mapped, as a dead program's memory outlives the power cut.
    var sharedMemory: SharedMemory?
    /// Whether the power was cut or the program killed since it was opened.
    var isDead = false

    init(
        disk: SimulatedDisk, file: DiskFile, program: String, name: String?, deletesOnClose: Bool
    ) {
        self.disk = disk
        self.file = file
        self.program = program
        self.name = name
        self.deletesOnClose = deletesOnClose
    }

    /// Gives up all locks and can do nothing more.
    func die() {
        isDead = true
        lock = 0
        sharedIndexLocks = 0
        exclusiveIndexLocks = 0
    }
}
