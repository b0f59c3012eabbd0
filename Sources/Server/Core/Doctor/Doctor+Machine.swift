import Foundation

/// The files around the database, and the disk.
extension Doctor {
    /// Who may read and write the folder's files, and whose they are.
    func examineFiles(_ check: inout DoctorReport.Check) throws {
        let files = FileManager.default
        let (_, owner) = try Self.rights(of: folder.path)
        var names = ["", "keys", "keys/server.key"]
        if database == nil {
            names += ["server.sqlite", "server.sqlite-wal", "server.sqlite-shm", "server.epoch"]
        }
        for name in names {
            let path = name.isEmpty ? folder.path : folder.appendingPathComponent(name).path
            guard files.fileExists(atPath: path) else { continue }
            let (mode, user) = try Self.rights(of: path)
            let isKey = name.hasPrefix("keys")
            let forbidden = isKey || name.hasPrefix("server.sqlite") ? 0o077 : 0o022
            if mode & forbidden != 0 {
                let act = forbidden == 0o022 ? "write" : "read"
                check.add(
                    "\(path) has mode \(String(mode, radix: 8)): others may \(act) it. "
                        + "Say: chmod go-rwx \(path)")
            }
            if user != owner {
                check.add(
                    "\(path) belongs to user \(user), the folder to \(owner): the server may "
                        + "not be able to write it. Say: chown \(owner) \(path)")
            }
        }
        let key = folder.appendingPathComponent("keys/server.key").path
        if access(key, F_OK) != 0 {
            check.add("\(key) is missing. Restore it: every device has pinned it.")
        } else if (try? ServerKey.read(key)) == nil {
            check.add("\(key) cannot be read, or is damaged. Restore it from a backup.")
        }
    }

    /// Whether there is room.
    func examineDisk(_ check: inout DoctorReport.Check) throws {
        guard let room = DiskRoom(at: folder) else {
            return check.add("The free room at \(folder.path) is not known.")
        }
        check.note = "\(room.free >> 20) MiB free of \(room.whole >> 20)"
        if room.free < Limits.leastFreeBytes {
            check.add(
                "Only \(room.free >> 20) MiB are free at \(folder.path). "
                    + "Make room, or move the folder.")
        }
        if !room.hasFreeNames { check.add("No more files can be made at \(folder.path).") }
    }

    private static func rights(of path: String) throws -> (mode: Int, user: Int) {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes[.posixPermissions] as? Int,
            let user = attributes[.ownerAccountID] as? Int
        else { throw BackupError.unusable(path: path, reason: "its rights are not known") }
        return (mode, user)
    }
}

/// The room on the file system that a folder is on.
struct DiskRoom {
    /// Bytes that this user may still write.
    let free: Int
    /// Bytes in all.
    let whole: Int
    /// Whether another file can be made.
    let hasFreeNames: Bool

    /// Nil where the system does not report it.
    init?(at folder: URL) {
        guard
            let figures = try? FileManager.default.attributesOfFileSystem(forPath: folder.path),
            let free = figures[.systemFreeSize] as? Int,
            let whole = figures[.systemSize] as? Int
        else { return nil }
        self.free = free
        self.whole = whole
        let names = figures[.systemNodes] as? Int ?? 0
        hasFreeNames = names == 0 || figures[.systemFreeNodes] as? Int != 0
    }
}
