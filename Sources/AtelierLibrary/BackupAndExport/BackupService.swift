import Crypto
public import Foundation
import GRDB
import SignedObjects
import SyncKit
import SystemSupport

/// The contents of a backup. Its JSON form is what `backup --json` and `restore --json` print.
public struct BackupReport: Codable, Equatable, Sendable {
    /// The backup file.
    public let file: String
    /// The number of files in it.
    public let files: Int
    /// The size of the files in bytes.
    public let bytes: Int
}

/// Backups of the whole library, and its export to plain files.
///
/// Owns no table.
public struct BackupService: Sendable {
    let context: LibraryContext
    let works: WorkCatalog
    let styles: StyleCatalog
    let generations: GenerationService

    /// Writes the whole library into one tar file, readable by its owner alone: **it holds the
    /// keys**.
    ///
    /// The database in it is one consistent state, even while other programs write to it.
    ///
    /// - Parameter replacing: Whether an existing file is replaced.
    /// - Throws: ``LibraryError/busy`` while another program generates or syncs;
    ///   ``LibraryError/fileExists(path:)``.
    public func write(to file: URL, replacing: Bool = false) throws -> BackupReport {
        let output = try OutputFile(file, .other, replacing: replacing, of: context.folder)
        let lock = try context.lock()
        let files = try context.filesLock()
        defer { withExtendedLifetime((lock, files)) {} }
        let draft = output.draft
        let database = draft.appendingPathExtension("database")
        for file in [draft, database] { try LibraryFile.remove(file) }
        defer {
            for leftover in [draft, database] { _ = leftover.withFileName { unlink($0) } }
        }
        try copyDatabase(to: database)
        let writer = try ArchiveWriter(
            creating: draft, time: Int(clamping: context.environment.now().milliseconds / 1000))
        var report = (count: 0, bytes: 0)
        for part in BackupPart.all {
            for (name, source) in try part.files(in: context.folder, database: database) {
                try writer.add(contentsOf: source, name: name)
                report.count += 1
                report.bytes += LibraryFile.size(of: source)
            }
        }
        try writer.close()
        try output.take(draft)
        return BackupReport(file: file.shownPath, files: report.count, bytes: report.bytes)
    }

    /// Makes a library from a backup, in a folder that holds none.
    ///
    /// The first sync fetches the credits anew: the backup does not know what was spent after it
    /// was made, and that must not be spent again. Until then nothing can be generated.
    ///
    /// - Throws: ``LibraryError/alreadyALibrary(folder:)``; ``LibraryError/damaged(path:reason:)``
    ///   where the file is not a complete backup. Nothing is then left behind.
    public static func restore(
        from file: URL, to folder: LibraryFolder, environment: LibraryEnvironment = .system
    ) throws -> BackupReport {
        guard !folder.holdsLibrary else {
            throw LibraryError.alreadyALibrary(folder: folder.root.shownPath)
        }
        let parent = folder.root.deletingLastPathComponent()
        try LibraryFile.makeFolder(parent)
        let draft = LibraryFolder(root: LibraryFile.draft(of: folder.root))
        defer { LibraryFile.removeFolder(draft.root) }
        try draft.make()
        let report = try unpack(file, into: draft)
        try checkRestored(draft, from: file)
        try forgetWallet(draft)
        _ = try Library(opening: draft, environment: environment)
        // An empty folder is replaced; any other is not.
        try LibraryFile.moveFolder(draft.root, to: folder.root)
        return report
    }

    /// Copies the database page by page, so that row ids stay as they are.
    private func copyDatabase(to file: URL) throws {
        // Made first, at mode 0600: SQLite would let others read it.
        try LibraryFile.write([], to: file, mode: 0o600, replacing: false)
        let source = try DatabaseFile(context.folder.database).open(
            toRead: context.store.isReadOnly)
        let target = try DatabaseQueue(path: DatabaseFile(file).name)
        try source.backup(to: target)
        try target.close()
    }

    private static func unpack(_ file: URL, into folder: LibraryFolder) throws -> BackupReport {
        let reader = try ArchiveReader(file)
        var (count, bytes, seen) = (0, 0, Set<String>())
        while let header = try reader.next() {
            guard BackupPart.accepts(header.name), seen.insert(header.name).inserted else {
                throw LibraryError.damaged(
                    path: file.shownPath,
                    reason: "it holds \(header.name.prefix(80)), which is not part of a backup")
            }
            let target = folder.root.appending(path: header.name)
            if SketchFileName(header.name) != nil {
                let sketch = target.deletingLastPathComponent()
                for place in [folder.sketches, sketch] { try LibraryFile.makeFolder(place) }
            }
            let handle = try LibraryFile.create(target)
            try reader.contents(of: header) { piece in
                do {
                    try handle.write(contentsOf: Data(piece))
                } catch {
                    throw LibraryError.unwritable(
                        path: target.shownPath, reason: error.localizedDescription)
                }
            }
            try handle.synchronize()
            count += 1
            bytes += header.size
        }
        return BackupReport(file: file.shownPath, files: count, bytes: bytes)
    }

    private static func checkRestored(_ folder: LibraryFolder, from file: URL) throws {
        guard folder.holdsLibrary, LibraryFile.exists(folder.database) else {
            throw LibraryError.damaged(
                path: file.shownPath, reason: "the keys or the database are missing")
        }
        let queue = try DatabaseQueue(path: DatabaseFile(folder.database).name)
        let verdict = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        try queue.close()
        guard verdict == ["ok"] else {
            throw LibraryError.damaged(path: file.shownPath, reason: "its database is damaged")
        }
        for place in [folder.works, folder.models, folder.generations] {
            for entry in try LibraryFile.files(in: place) {
                guard let name = LibraryFileName(entry) else { continue }
                guard try FileDigest.of(entry) == name.digest else {
                    throw LibraryError.damaged(
                        path: file.shownPath, reason: "\(entry.lastPathComponent) was changed")
                }
            }
        }
    }

    private static func forgetWallet(_ folder: LibraryFolder) throws {
        let queue = try DatabaseQueue(path: DatabaseFile(folder.database).name)
        try queue.write { database in
            try database.execute(
                sql: "DELETE FROM local_values WHERE key = ?",
                arguments: [LocalValue.wallet.rawValue])
        }
        try queue.close()
    }
}

/// A part of a library that a backup holds.
enum BackupPart: String, CaseIterable {
    case database = "library.sqlite"
    case keys, journal, works, models, generations, trash, sketches

    static var all: [BackupPart] { allCases }

    /// The part's files and their names in the backup, in a fixed order.
    func files(in folder: LibraryFolder, database: URL) throws -> [(name: String, file: URL)] {
        guard self != .database else { return [(rawValue, database)] }
        if self == .sketches {
            return try SketchFileName.files(in: folder).named
                .map { (SketchFileName.name(of: $0), $0) }
        }
        let place = folder.root.appending(path: rawValue)
        // The folder is made when something is removed.
        guard self != .trash || LibraryFile.exists(place) else { return [] }
        return try LibraryFile.files(in: place)
            .map { ("\(rawValue)/\($0.shownName)", $0) }
            .filter { Self.accepts($0.0) }
    }

    /// Whether a backup may hold a file of this name, which becomes a path.
    static func accepts(_ name: String) -> Bool {
        if name == database.rawValue || SketchFileName(name) != nil { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let part = BackupPart(rawValue: String(parts[0])) else {
            return false
        }
        let file = String(parts[1])
        let pieces = file.split(separator: ".", omittingEmptySubsequences: false)
        switch part {
        case .database, .sketches: return false
        case .keys:
            return ["account.key", "device.key", "library.keys", "membership.json"].contains(file)
        case .journal:
            return file == "spends.journal"
                || pieces.count == 2 && pieces[1] == "plan" && Digest(hex: String(pieces[0])) != nil
        case .works, .models, .generations: return LibraryFileName(name) != nil
        case .trash: return LibraryFileName(trashed: file) != nil
        }
    }
}

/// Computes the digest of a file of any size.
enum FileDigest {
    /// SHA-256 of the file's bytes.
    static func of(_ file: URL) throws -> SignedObjects.Digest {
        let handle = try LibraryFile.open(file)
        var hash = SHA256()
        do {
            while let bytes = try handle.read(upToCount: 1 << 20), !bytes.isEmpty {
                hash.update(data: bytes)
            }
        } catch {
            throw LibraryError.unreadable(path: file.shownPath, reason: error.localizedDescription)
        }
        return SignedObjects.Digest(checked: Array(hash.finalize()))
    }
}
