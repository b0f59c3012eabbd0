package import Foundation
import StyleKit
import SyncKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is written for the artist, under the one rule for all of them: in the format that
/// its name says, never over what it is made from, never over a file that is there unless told so,
/// and never into the library's own folders.
package struct OutputFile: Sendable {
    /// What is written.
    package enum Content: Sendable {
        /// A picture, in the format that the name's ending says.
        case picture
        /// Something whose name is the artist's choice.
        case other
    }

    /// Where.
    package let file: URL
    private let replaces: Bool
    private let format: PictureFormat

    /// Checks early what can be, before work or a credit is spent on the file.
    ///
    /// - Parameters:
    ///   - replaces: Whether a file that is there gives way.
    ///   - inputs: What it is made from; compared as files, not as names.
    /// - Throws: ``LibraryError/badOutput(path:reason:)``, ``LibraryError/fileExists(path:)``,
    ///   ``LibraryError/unwritable(path:reason:)``.
    package init(
        _ file: URL, _ content: Content, replacing replaces: Bool, besides inputs: [URL] = [],
        of folder: LibraryFolder
    ) throws {
        self.file = file
        self.replaces = replaces
        format = content == .picture ? try Self.format(of: file) : .png
        let place = FileIdentity(file)
        if let place, inputs.contains(where: { FileIdentity($0) == place }) {
            throw LibraryError.badOutput(
                path: file.shownPath, reason: "it is what the new file is made from")
        }
        if let parent = FileIdentity(file.deletingLastPathComponent()),
            folder.all.contains(where: { FileIdentity($0) == parent })
        {
            throw LibraryError.badOutput(
                path: file.shownPath, reason: "it lies among the library's own files")
        }
        try LibraryFile.checkWritable(file)
        if place != nil, !replaces { throw LibraryError.fileExists(path: file.shownPath) }
    }

    /// The name for people.
    package var shown: String { file.shownPath }

    /// Whether both would be written to one place.
    package func isSame(as other: OutputFile) -> Bool {
        file.fileBytes == other.file.fileBytes
            || file.lastBytes == other.file.lastBytes
                && FileIdentity(file.deletingLastPathComponent())
                    == FileIdentity(other.file.deletingLastPathComponent())
    }

    /// Writes a picture, given as a PNG file, in the format of the name. The whole file comes, or
    /// what was there stays.
    package func write(png: [UInt8]) throws {
        let bytes = format == .png ? png : try Picture.decode(png).0.encoded(as: format)
        try naming { try LibraryFile.write(bytes, to: file, replacing: replaces) }
    }

    /// The same file for later, when what is there is its own.
    package var again: OutputFile { OutputFile(self) }

    /// Where a larger file is made before ``take(_:)``.
    var draft: URL { LibraryFile.draft(of: file) }

    /// Puts a finished draft in its place.
    func take(_ draft: URL) throws {
        try naming { try LibraryFile.move(draft, to: file, replacing: replaces) }
    }

    private init(_ own: OutputFile) {
        file = own.file
        format = own.format
        replaces = true
    }

    private func naming(_ write: () throws -> Void) throws {
        do {
            try write()
        } catch let error as LibraryError {
            // Somebody made one since it was looked for.
            if !replaces, LibraryFile.exists(file) {
                throw LibraryError.fileExists(path: file.shownPath)
            }
            throw error
        }
    }

    private static func format(of file: URL) throws -> PictureFormat {
        let pieces = file.shownName.split(separator: ".", omittingEmptySubsequences: false)
        let ending = pieces.count > 1 ? pieces.last.map(String.init) ?? "" : ""
        if let format = PictureFormat(ending: ending) { return format }
        throw LibraryError.badOutput(
            path: file.shownPath,
            reason: "its name says no format that is written; it may end in .png, .jpg or .webp")
    }
}

/// What makes two names name one file, whatever links lead there.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64

    /// The place of what is there; nil where nothing is.
    init?(_ file: URL) {
        var status = stat()
        guard file.withFileName({ stat($0, &status) }) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        number = UInt64(truncatingIfNeeded: status.st_ino)
    }
}

extension URL {
    /// The name with a number before its ending: `sheet-2.png` for `sheet.png`.
    package func numbered(_ number: Int) -> URL {
        let name = lastBytes
        let end = name.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
        return deletingLastPathComponent()
            .appending(fileBytes: name[..<end] + Array("-\(number)".utf8) + name[end...])
    }
}
