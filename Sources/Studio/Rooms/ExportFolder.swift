import AtelierLibrary
import Foundation

/// The folder of the user's into which files are written that leave the library.
enum ExportFolder {
    /// One that does not exist: the name, and a number where that is taken.
    static func free(named name: String) -> String {
        let home = FileManager.default.homeDirectoryForCurrentUser
        let names = [""] + (2...Limits.exportNames).map { " \($0)" }
        let folders = names.map { home.appending(path: name + $0) }
        let folder = folders.first { !LibraryFile.exists($0) } ?? home.appending(path: "Atelier")
        return folder.path(percentEncoded: false)
    }

    /// The folder that was asked for.
    ///
    /// - Throws: ``APIError`` for one that is not named from the root.
    static func target(_ text: String) throws -> URL {
        let text = text.trimmingCharacters(in: .whitespaces)
        let home = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
        let path = text.hasPrefix("~/") ? home + "/" + text.dropFirst(2) : text
        guard path.hasPrefix("/"), path.utf8.count <= Limits.targetBytes, !path.contains("\0")
        else { throw APIError.malformed("Name the folder from the root, such as \(home)/Atelier.") }
        return URL(filePath: path)
    }
}
