import Foundation
import GRDB
import SignedObjects
import StyleKit

/// The name of a work's, model's or picture's file below the library's folder:
/// `works/<digest>.png`.
struct LibraryFileName: Hashable {
    /// The text form, which holds one slash.
    let text: String

    /// Reads the text form; nil for any other name than the library gives its files, so that no row
    /// can point out of the library's folder.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let pieces = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, pieces.count == 2, Digest(hex: String(pieces[0])) != nil,
            Self.endings[String(parts[0])]?.contains(String(pieces[1])) == true
        else { return nil }
        self.text = text
    }

    /// The name of a file in one of the library's folders; nil for others that lie there.
    init?(_ file: URL) {
        self.init("\(file.deletingLastPathComponent().lastPathComponent)/\(file.lastPathComponent)")
    }

    /// Reads the name of a file in the trash, where the slash is a hyphen.
    init?(trashed name: String) {
        guard let hyphen = name.firstIndex(of: "-") else { return nil }
        self.init(name[..<hyphen] + "/" + name[name.index(after: hyphen)...])
    }

    /// The digest that the file is named by.
    var digest: Digest? {
        Digest(hex: String(text.drop { $0 != "/" }.dropFirst().prefix { $0 != "." }))
    }

    /// The file's path while a row names it.
    func place(in folder: LibraryFolder) -> URL { folder.root.appending(path: text) }

    /// Its path in the trash.
    func trashPlace(in folder: LibraryFolder) -> URL {
        folder.trash.appending(path: text.replacing("/", with: "-"))
    }

    /// The folders whose files are named by the digest of their contents, and the endings of those
    /// files: a work keeps the form in which the artist gave it.
    static let endings: [String: Set<String>] = [
        "works": Set(PictureFormat.allCases.map(\.rawValue)), "models": ["model"],
        "generations": ["png", "sketch"],
    ]
}

extension LibraryFileName {
    /// The names of all files that rows refer to, and others that are no names: any program may
    /// write a row.
    static func texts(_ database: Database) throws -> Set<String> {
        try Set(
            String.fetchAll(
                database,
                sql: """
                    SELECT 'works/' || sha256 || '.' || format FROM works UNION ALL
                    SELECT 'models/' || digest || '.model' FROM models UNION ALL
                    SELECT 'generations/' || sha256 || '.png' FROM generations UNION ALL
                    SELECT 'generations/' || sketch_sha256 || '.sketch' FROM generations
                    """))
    }

    /// The names of the files of some works.
    static func texts(of works: [WorkID], _ database: Database) throws -> Set<String> {
        try Set(
            works.compactMap { work in
                try String.fetchOne(
                    database,
                    sql: "SELECT 'works/' || sha256 || '.' || format FROM works WHERE id = ?",
                    arguments: [work.data])
            })
    }
}
