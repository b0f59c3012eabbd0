import Foundation
import SignedObjects
import StyleKit
import SystemSupport

/// Small copies of works and pictures as WebP files, each made once and kept in `thumbnails/`.
///
/// They are named by the digest of the file that they show. A copy of what is removed is deleted
/// with the file, when ``Trash`` sweeps.
public struct ThumbnailStore: Sendable {
    let context: LibraryContext

    /// The small copy of a work.
    ///
    /// - Parameter width: Its width in pixels, at most 2,048; a narrower work keeps its own.
    /// - Returns: A whole WebP file.
    /// - Throws: ``LibraryError/elsewhere(kind:device:)`` where the file is not on this device;
    ///   ``LibraryError`` for the file.
    public func copy(of work: Work, width: Int) throws -> [UInt8] {
        guard let file = work.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
        }
        return try copy(of: file, digest: work.sha256, width: width)
    }

    /// The small copy of a picture or a sheet of drafts, as ``copy(of:width:)``.
    public func copy(of generation: Generation, width: Int) throws -> [UInt8] {
        guard let file = generation.location(in: context.folder) else {
            throw LibraryError.elsewhere(kind: "generation", device: generation.deviceName)
        }
        return try copy(of: file, digest: generation.sha256, width: width)
    }

    private func copy(of file: URL, digest: String, width: Int) throws -> [UInt8] {
        let range = Limits.thumbnailWidths
        guard range.contains(width) else {
            throw LibraryError.badNumber(
                field: "width", lowest: Int64(clamping: range.lowerBound),
                highest: Int64(clamping: range.upperBound))
        }
        // Only a real digest becomes a path: any program may write the row.
        guard let digest = Digest(hex: digest) else {
            throw LibraryError.damaged(path: file.shownPath, reason: "its row holds no digest")
        }
        let copy = context.folder.thumbnails.appending(path: "\(digest)-\(width).webp")
        if let known = try? LibraryFile.read(copy, limit: Limits.smallFileBytes * 16) {
            return known
        }
        let small = try PictureFile(reading: file, isReduced: true).picture.narrowed(to: width)
        let bytes: [UInt8]
        do {
            bytes = try small.encodedWebP(quality: Limits.thumbnailQuality)
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
        }
        // A copy that cannot be kept, as on a full disk, is made again the next time.
        try? keep(bytes, as: copy)
        return bytes
    }

    private func keep(_ bytes: [UInt8], as copy: URL) throws {
        try LibraryFile.makeFolder(context.folder.thumbnails)
        try LibraryFile.write(bytes, to: copy, mode: 0o600)
    }
}
