import CSQLite
import Synchronization

/// A disk's entry in SQLite's list of file systems, and the memory that the entry needs.
///
/// Its pointers are made once and never change; SQLite's own mutex guards the list: unchecked for
/// that.
final class FileSystemRegistration: @unchecked Sendable {
    /// What a URI calls it.
    let name: String

    private let system: UnsafeMutablePointer<sqlite3_vfs>
    private let cName: UnsafeMutablePointer<CChar>
    private static let count = Mutex(0)

    init() {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        name = "simulated-disk-\(number)"
        let bytes = name.utf8CString
        cName = .allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { cName[index] = byte }
        system = .allocate(capacity: 1)
    }

    deinit {
        sqlite3_vfs_unregister(system)
        system.deallocate()
        cName.deallocate()
    }

    /// Enters `disk`, which must live as long as this does.
    func register(_ disk: SimulatedDisk) {
        system.initialize(to: DiskCalls.system)
        system.pointee.zName = UnsafePointer(cName)
        system.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        let code = sqlite3_vfs_register(system, 0)
        precondition(code == SQLITE_OK, "SQLite takes no further file system")
    }
}
