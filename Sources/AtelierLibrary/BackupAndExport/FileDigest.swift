import Crypto
import Foundation
import SyncKit
import SignedObjects

/// The digest of a file that may not fit into memory.
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
