import Foundation
import StyleKit
import SystemSupport

/// A picture file that the artist named, read whole and decoded.
struct PictureFile {
    /// The file's bytes.
    let bytes: [UInt8]
    /// Its pixels.
    let picture: Picture

    /// Reads a PNG, JPEG or WebP file of at most ``Limits/pictureBytes``.
    ///
    /// - Throws: ``LibraryError/unreadable(path:reason:)``, ``LibraryError/tooLarge(path:limit:)``,
    ///   ``LibraryError/notAPicture(path:reason:)``; each names the file.
    init(reading file: URL) throws {
        bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        do {
            picture = try Picture.decode(bytes).0
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
        }
    }
}
