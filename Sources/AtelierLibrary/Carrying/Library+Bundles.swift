public import Foundation
import SignedObjects
import SyncKit

extension Library {
    /// Writes all that this device knows of works, tags, models and generations into one sealed
    /// file, for another device of the account. Pictures and models themselves are not in it.
    ///
    /// - Parameter replacing: Whether a file that is there gives way.
    /// - Returns: The file's size in bytes.
    public func exportBundle(to file: URL, replacing: Bool = false) throws -> Int {
        let output = try OutputFile(file, .other, replacing: replacing, of: folder)
        let sealing = try sealing()
        let draft = output.draft
        defer { _ = draft.withFileName { unlink($0) } }
        let size = try store.exportBundle(
            to: draft, keys: sealing.keys, account: sealing.account)
        try output.take(draft)
        return size
    }

    /// Merges a sealed file of another device; the same again changes nothing.
    ///
    /// - Returns: How many changes altered something here.
    /// - Throws: `BundleError`, `SegmentError` where it is damaged or of another account.
    public func importBundle(from file: URL) throws -> Int {
        let lock = try LibraryLock(folder.lock)
        defer { withExtendedLifetime(lock) {} }
        let sealing = try sealing()
        try noteFinished()
        let changes = try store.importBundle(
            from: file, keys: sealing.keys, account: sealing.account)
        try followWithdrawals()
        try sweepFiles()
        return changes
    }

    /// What this library's changes are sealed with, and for whom.
    func sealing() throws -> (keys: LibraryKeys, account: [UInt8]) {
        guard let account else { throw waiting }
        let byEpoch = Dictionary(
            try keys.libraryKeys().map { ($0.epoch, $0.key.bytes) }, uniquingKeysWith: { $1 })
        guard let libraryKeys = LibraryKeys(byEpoch) else {
            throw LibraryError.damaged(
                path: folder.libraryKeys.shownPath, reason: "it holds no library key")
        }
        return (libraryKeys, account.bytes)
    }
}
