public import Foundation
import GRDB
import SignedObjects
import SyncKit

extension Library {
    /// Writes the whole library into one tar file, readable by its owner alone: **it holds the
    /// keys**.
    ///
    /// The database in it is one state, also while other programs write to it.
    ///
    /// - Throws: ``LibraryError/busy`` while another program generates or syncs.
    public func backup(to file: URL) throws -> BackupReport {
        let lock = try LibraryLock(folder.lock)
        let files = try LibraryLock(folder.filesLock, waits: true)
        defer { withExtendedLifetime((lock, files)) {} }
        guard !LibraryFile.exists(file) else {
            throw LibraryError.unwritable(path: file.path, reason: "it is there already")
        }
        let draft = file.appendingPathExtension("part-\(getpid())")
        let database = file.appendingPathExtension("database-\(getpid())")
        defer {
            for leftover in [draft, database] {
                try? FileManager.default.removeItem(at: leftover)
            }
        }
        try copyDatabase(to: database)
        let writer = try ArchiveWriter(
            creating: draft, time: Int(environment.now().milliseconds / 1000))
        var report = (count: 0, bytes: 0)
        for part in BackupPart.all {
            for (name, source) in try part.files(in: folder, database: database) {
                try writer.add(contentsOf: source, name: name)
                report.count += 1
                report.bytes += try source.fileSize()
            }
        }
        try writer.close()
        guard rename(draft.path, file.path) == 0 else {
            throw LibraryError.unwritable(path: file.path, reason: String(cString: strerror(errno)))
        }
        return BackupReport(file: file.path, files: report.count, bytes: report.bytes)
    }

    /// Makes a library from a backup, in a folder that holds none.
    ///
    /// The credits that it holds are fetched anew at the first sync: what was spent after the
    /// backup is not in it, and must not be spent again. Until then nothing can be generated.
    ///
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)``; ``LibraryError/damaged(path:reason:)``
    ///   where the file is not a whole backup. Nothing is then left behind.
    public static func restore(
        from file: URL, to folder: LibraryFolder, environment: LibraryEnvironment = .system
    ) throws -> BackupReport {
        guard !folder.holdsLibrary else {
            throw LibraryError.alreadyALibrary(folder: folder.root.path)
        }
        let parent = folder.root.deletingLastPathComponent()
        try LibraryFile.makeFolder(parent)
        let draft = LibraryFolder(
            root: parent.appending(path: ".\(folder.root.lastPathComponent).\(getpid())"))
        defer { try? FileManager.default.removeItem(at: draft.root) }
        try draft.make()
        let report = try unpack(file, into: draft)
        try checkRestored(draft, from: file)
        try forgetWallet(draft)
        // An empty folder gives way; one with anything in it does not.
        rmdir(folder.root.path)
        guard rename(draft.root.path, folder.root.path) == 0 else {
            throw LibraryError.unwritable(
                path: folder.root.path, reason: "it is there and not empty")
        }
        _ = try Library(opening: folder, environment: environment)
        return report
    }

    /// Page by page, so that nothing in it gets another place.
    private func copyDatabase(to file: URL) throws {
        let source = try DatabaseQueue(path: folder.database.path)
        let target = try DatabaseQueue(path: file.path)
        try source.backup(to: target)
        try target.close()
        chmod(file.path, 0o600)
    }

    private static func unpack(_ file: URL, into folder: LibraryFolder) throws -> BackupReport {
        let reader = try ArchiveReader(file)
        var (count, bytes, seen) = (0, 0, Set<String>())
        while let header = try reader.next() {
            guard BackupPart.accepts(header.name), seen.insert(header.name).inserted else {
                throw LibraryError.damaged(
                    path: file.path,
                    reason: "it holds \(header.name.prefix(80)), which no backup does")
            }
            let target = folder.root.appending(path: header.name)
            let descriptor = open(target.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw LibraryError.unwritable(
                    path: target.path, reason: String(cString: strerror(errno)))
            }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try reader.contents(of: header) { piece in
                do {
                    try handle.write(contentsOf: Data(piece))
                } catch {
                    throw LibraryError.unwritable(
                        path: target.path, reason: error.localizedDescription)
                }
            }
            try handle.synchronize()
            count += 1
            bytes += header.size
        }
        return BackupReport(file: file.path, files: count, bytes: bytes)
    }

    private static func checkRestored(_ folder: LibraryFolder, from file: URL) throws {
        guard folder.holdsLibrary, LibraryFile.exists(folder.database) else {
            throw LibraryError.damaged(
                path: file.path, reason: "the keys or the database are missing")
        }
        let queue = try DatabaseQueue(path: folder.database.path)
        let verdict = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        try queue.close()
        guard verdict == ["ok"] else {
            throw LibraryError.damaged(path: file.path, reason: "its database is not whole")
        }
        for (place, extensions) in BackupPart.hashed(in: folder) {
            for entry in try FileManager.default.contentsOfDirectory(
                at: place, includingPropertiesForKeys: nil)
            where extensions.contains(entry.pathExtension) {
                let digest = try FileDigest.of(entry).description
                guard entry.deletingPathExtension().lastPathComponent == digest else {
                    throw LibraryError.damaged(
                        path: file.path, reason: "\(entry.lastPathComponent) was changed")
                }
            }
        }
    }

    private static func forgetWallet(_ folder: LibraryFolder) throws {
        let queue = try DatabaseQueue(path: folder.database.path)
        try queue.write { database in
            try database.execute(
                sql: "DELETE FROM local_values WHERE key = ?",
                arguments: [LocalValue.wallet.rawValue])
        }
        try queue.close()
    }
}

extension URL {
    fileprivate func fileSize() throws -> Int {
        try resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    }
}
