package import Foundation
import StyleKit
import SystemSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that is written for the artist. One rule holds for all of them: the format is that of the
/// name's ending; inputs are never replaced, existing files only on request; and nothing is written
/// into the library's own folders.
package struct OutputFile: Sendable {
    /// The kind of contents.
    package enum Content: Sendable {
        /// A picture in the format of the name's ending: .png, .jpg or .webp.
        case picture
        /// Anything else; any name will do.
        case other
    }

    /// The file's path.
    package let file: URL
    /// The format that the name's ending or the artist asks for.
    let format: OutputFormat
    private let replaces: Bool

    /// Checks what can be checked before work or a credit is spent on the file.
    ///
    /// - Parameters:
    ///   - format: The picture's format; nil for that of the name's ending.
    ///   - replaces: Whether an existing file is replaced.
    ///   - inputs: The files it is made from; compared by identity, not by name.
    /// - Throws: ``LibraryError/badOutput(path:reason:)``, ``LibraryError/fileExists(path:)``,
    ///   ``LibraryError/unwritable(path:reason:)``.
    package init(
        _ file: URL, _ content: Content, as format: ExportOptions.Format? = nil,
        replacing replaces: Bool,
        besides inputs: [URL] = [], of folder: LibraryFolder
    ) throws {
        self.file = file
        self.replaces = replaces
        self.format =
            try format.flatMap { OutputFormat(rawValue: $0.rawValue) }
            ?? (content == .picture ? Self.format(of: file) : .png)
        let place = FileIdentity(file)
        if let place, inputs.contains(where: { FileIdentity($0) == place }) {
            throw LibraryError.badOutput(
                path: file.shownPath, reason: "the new file is made from it")
        }
        if let parent = FileIdentity(file.deletingLastPathComponent()),
            folder.all.contains(where: { FileIdentity($0) == parent })
        {
            throw LibraryError.badOutput(
                path: file.shownPath, reason: "its folder belongs to the library")
        }
        try LibraryFile.checkWritable(file)
        if place != nil, !replaces { throw LibraryError.fileExists(path: file.shownPath) }
    }

    /// The path as text for people.
    package var shown: String { file.shownPath }

    /// Whether both are the same file.
    package func isSame(as other: OutputFile) -> Bool {
        file.fileBytes == other.file.fileBytes
            || file.lastBytes == other.file.lastBytes
                && FileIdentity(file.deletingLastPathComponent())
                    == FileIdentity(other.file.deletingLastPathComponent())
    }

    /// Writes a picture, given as a PNG file, in the format of the name, atomically.
    package func write(png: [UInt8]) throws {
        try write(bytes: try encoded(png: png))
    }

    /// The bytes of a picture, given as a PNG file, in the format of the name.
    func encoded(png: [UInt8]) throws -> [UInt8] {
        format == .png ? png : try Picture.decode(png).0.encoded(as: format)
    }

    /// Writes a whole file, atomically.
    func write(bytes: [UInt8]) throws {
        try naming { try LibraryFile.write(bytes, to: file, replacing: replaces) }
    }

    /// The same file for further writes, which replace the first.
    package var again: OutputFile { OutputFile(self) }

    /// The path of the unfinished file before ``take(_:)``.
    var draft: URL { LibraryFile.draft(of: file) }

    /// Moves the finished draft to the file's path.
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
            // Another program made the file since the check.
            if !replaces, LibraryFile.exists(file) {
                throw LibraryError.fileExists(path: file.shownPath)
            }
            throw error
        }
    }

    private static func format(of file: URL) throws -> OutputFormat {
        let pieces = file.shownName.split(separator: ".", omittingEmptySubsequences: false)
        let ending = pieces.count > 1 ? pieces.last.map(String.init) ?? "" : ""
        if let format = OutputFormat(ending: ending) { return format }
        throw LibraryError.badOutput(
            path: file.shownPath,
            reason: "its name must end in .png, .jpg or .webp")
    }
}

/// The identity of a file, whatever path and links lead to it.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let number: UInt64

    /// The identity of an existing file; nil where there is none.
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
