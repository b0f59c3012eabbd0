import Crypto
import Foundation
import SignedObjects

/// The digest of a file that may not fit into memory.
enum FileDigest {
    /// SHA-256 of the file's bytes.
    static func of(_ file: URL) throws -> SignedObjects.Digest {
        guard let handle = FileHandle(forReadingAtPath: file.path) else {
            throw LibraryError.unreadable(path: file.path, reason: String(cString: strerror(errno)))
        }
        var hash = SHA256()
        do {
            while let bytes = try handle.read(upToCount: 1 << 20), !bytes.isEmpty {
                hash.update(data: bytes)
            }
        } catch {
            throw LibraryError.unreadable(path: file.path, reason: error.localizedDescription)
        }
        return SignedObjects.Digest(checked: Array(hash.finalize()))
    }
}
