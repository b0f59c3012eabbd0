import Crypto
import Foundation
import SignedObjects
import SystemSupport

/// A part of a library that a backup holds.
enum BackupPart: String, CaseIterable {
    case database = "library.sqlite"
    case keys, journal, works, models, generations, trash

    static var all: [BackupPart] { allCases }

    /// The part's files and their names in the backup, in a fixed order.
    func files(in folder: LibraryFolder, database: URL) throws -> [(name: String, file: URL)] {
        guard self != .database else { return [(rawValue, database)] }
        let place = folder.root.appending(path: rawValue)
        // The folder is made when something is removed.
        guard self != .trash || LibraryFile.exists(place) else { return [] }
        return try LibraryFile.files(in: place)
            .map { ("\(rawValue)/\($0.shownName)", $0) }
            .filter { Self.accepts($0.0) }
    }

    /// Whether a backup may hold a file of this name, which becomes a path.
    static func accepts(_ name: String) -> Bool {
        if name == database.rawValue { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let part = BackupPart(rawValue: String(parts[0])) else {
            return false
        }
        let file = String(parts[1])
        let pieces = file.split(separator: ".", omittingEmptySubsequences: false)
        switch part {
        case .database: return false
        case .keys:
            return ["account.key", "device.key", "library.keys", "membership.json"].contains(file)
        case .journal:
            return file == "spends.journal" || isDigest(pieces, ["plan"])
        case .works: return isDigest(pieces, ["png", "jpeg", "webp"])
        case .models: return isDigest(pieces, ["model"])
        case .generations: return isDigest(pieces, ["png", "sketch"])
        case .trash: return LibraryFileName(trashed: file) != nil
        }
    }

    /// The folders whose files are named by the digest of their contents, and those files'
    /// extensions.
    static func hashed(in folder: LibraryFolder) -> [(place: URL, extensions: Set<String>)] {
        [
            (folder.works, ["png", "jpeg", "webp"]), (folder.models, ["model"]),
            (folder.generations, ["png", "sketch"]),
        ]
    }

    private static func isDigest(_ pieces: [Substring], _ extensions: Set<Substring>) -> Bool {
        pieces.count == 2 && extensions.contains(pieces[1])
            && Digest(hex: String(pieces[0])) != nil
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
