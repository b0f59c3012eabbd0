import Foundation

/// The files of a database.
struct DatabaseFiles {
    let path: String

    /// The bytes of the database and its write-ahead log.
    var byteCount: Double { Self.size(path) + Self.size(path + "-wal") }

    /// Removes the database and all that belongs to it.
    func remove() throws {
        for suffix in ["", "-wal", "-shm"] where exists(suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// Copies what is on disk while the database is open, as a crash would leave it.
    func copy(to other: DatabaseFiles) throws {
        try other.remove()
        for suffix in ["", "-wal"] where exists(suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: other.path + suffix)
        }
    }

    /// Makes the kernel forget what it holds of the files in memory.
    func dropFromMemory() {
        for suffix in ["", "-wal"] {
            let descriptor = open(path + suffix, O_RDONLY)
            guard descriptor >= 0 else { continue }
            fsync(descriptor)
            posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            close(descriptor)
        }
    }

    /// The bytes of one file; 0 where it is missing.
    static func size(_ path: String) -> Double {
        var status = stat()
        return stat(path, &status) == 0 ? Double(status.st_size) : 0
    }

    private func exists(_ suffix: String) -> Bool {
        FileManager.default.fileExists(atPath: path + suffix)
    }
}
