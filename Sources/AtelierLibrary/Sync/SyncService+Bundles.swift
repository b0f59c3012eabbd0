public import Foundation
import SignedObjects
import SyncKit
import SystemSupport

extension SyncService {
    /// Writes the entries of all works, tags, models and generations into one sealed file, for
    /// another device of the account. The files of pictures and models are not in it.
    ///
    /// - Parameter replacing: Whether an existing file is replaced.
    /// - Returns: The file's size in bytes.
    public func exportBundle(to file: URL, replacing: Bool = false) throws -> Int {
        let output = try OutputFile(file, .other, replacing: replacing, of: context.folder)
        let sealing = try context.sealing()
        let draft = output.draft
        defer { _ = draft.withFileName { unlink($0) } }
        let size: Int
        do {
            size = try context.store.exportBundle(
                to: draft, keys: sealing.keys, account: sealing.account)
        } catch BundleError.unwritable(_, let reason) {
            throw LibraryError.unwritable(path: file.shownPath, reason: reason)
        }
        try output.take(draft)
        return size
    }

    /// Whether a bundle is sealed with an older library key than the account's newest, which this
    /// device lacks: a device that was revoked since then can read the bundle.
    public func sealsBundlesWithOlderKey() throws -> Bool { try account.lacksNewestKey() }

    /// Merges a sealed file of another device; repeating it changes nothing.
    ///
    /// - Returns: The number of changes that altered a row here.
    /// - Throws: `BundleError`, `SegmentError` where it is damaged or of another account.
    public func importBundle(from file: URL) throws -> Int {
        let lock = try context.lock()
        defer { withExtendedLifetime(lock) {} }
        let sealing = try context.sealing()
        try generations.noteFinished()
        let changes = try context.store.importBundle(
            from: file, keys: sealing.keys, account: sealing.account)
        try withdrawals.follow()
        try trash.sweepFiles()
        return changes
    }
}
