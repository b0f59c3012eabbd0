import Foundation
import SignedObjects
import StyleKit

/// The name of a work's, model's or picture's file in a removal entry: `works/<digest>.png`.
struct LibraryFileName: Hashable {
    /// The text form, which holds one slash.
    let text: String

    /// Reads the text form; nil for any other name than the library gives its files, so that no row
    /// can point out of the library's folder.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let pieces = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, pieces.count == 2, Digest(hex: String(pieces[0])) != nil,
            Self.extensions[String(parts[0])]?.contains(String(pieces[1])) == true
        else { return nil }
        self.text = text
    }

    /// Reads the name of a file in the trash, where the slash is a hyphen.
    init?(trashed name: String) {
        guard let hyphen = name.firstIndex(of: "-") else { return nil }
        self.init(name[..<hyphen] + "/" + name[name.index(after: hyphen)...])
    }

    /// The file's path while a row names it.
    func place(in folder: LibraryFolder) -> URL { folder.root.appending(path: text) }

    /// Its path in the trash.
    func trashPlace(in folder: LibraryFolder) -> URL {
        folder.trash.appending(path: text.replacing("/", with: "-"))
    }

    /// The files that a row of a kind names.
    static func files(of row: RemovedRow, _ kind: RemovedKind) -> [LibraryFileName] {
        let names =
            switch kind {
            case .work: ["works/\(row.text("sha256")).\(row.text("format"))"]
            case .model: ["models/\(row.text("digest")).model"]
            case .generation:
                [
                    "generations/\(row.text("sha256")).png",
                    "generations/\(row.text("sketch_sha256")).sketch",
                ]
            }
        return names.compactMap { LibraryFileName($0) }
    }

    private static let extensions: [String: Set<String>] = [
        "works": ["png", "jpeg", "webp"], "models": ["model"],
        "generations": ["png", "sketch"],
    ]
}
