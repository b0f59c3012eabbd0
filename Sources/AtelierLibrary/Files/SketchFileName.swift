import Foundation
import StyleKit
import SystemSupport

/// The name of a file of a sketch below the library's folder: `sketches/<sketch>/sketch.json`, or a
/// picture, `sketches/<sketch>/<part>.png`.
package struct SketchFileName: Hashable, Sendable {
    /// The text form, which holds two slashes.
    package let text: String

    /// Reads the text form; nil for any other name than the sketch pad gives, so that no name in a
    /// backup can point out of the library's folder.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == Self.folder, Self.isName(parts[1]) else { return nil }
        let isPart = parts[2].hasSuffix(".png") && Self.isName(String(parts[2].dropLast(4)))
        guard isPart || parts[2] == Self.list else { return nil }
        self.text = text
    }

    /// The folder of all sketches.
    static let folder = "sketches"
    /// The file that says which layers a sketch has.
    static let list = "sketch.json"

    /// Whether a name is of letters that are safe in every file system.
    package static func isName(_ name: String) -> Bool {
        (1...Limits.sketchNameBytes).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }

    /// The files of all sketches, and what a crash left among them.
    static func files(in folder: LibraryFolder) throws -> (named: [URL], leftovers: [URL]) {
        // The folder is made by the first sketch.
        guard LibraryFile.exists(folder.sketches) else { return ([], []) }
        let files = try LibraryFile.files(in: folder.sketches)
            .filter { isName($0.shownName) && LibraryFile.isFolder($0) }
            .flatMap { try LibraryFile.files(in: $0) }
        return (
            files.filter { SketchFileName(name(of: $0)) != nil },
            files.filter { LibraryFile.isLeftover($0.lastPathComponent) }
        )
    }

    /// The text form of a file's name.
    static func name(of file: URL) -> String {
        "\(folder)/\(file.deletingLastPathComponent().shownName)/\(file.shownName)"
    }

    /// Whether a file of a sketch can be read by the pad.
    static func isReadable(_ file: URL) throws -> Bool {
        let bytes = try LibraryFile.read(file, limit: Limits.sketchBytes)
        if file.shownName == list {
            return (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
        }
        return (try? Picture.decode(bytes)) != nil
    }
}
