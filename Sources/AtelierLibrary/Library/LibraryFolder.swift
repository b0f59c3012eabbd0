public import Foundation
import SignedObjects
import SyncKit

/// Where the parts of a library lie.
public struct LibraryFolder: Sendable {
    /// The library's own folder.
    public let root: URL

    /// The layout under `root`.
    public init(root: URL) {
        self.root = root
    }

    /// The folder that the environment names: `ATELIER_HOME`, else `$XDG_DATA_HOME/atelier`,
    /// else `~/.local/share/atelier`.
    ///
    /// - Parameter variable: A variable's bytes by its name, nil where it is not set.
    /// - Throws: ``LibraryError/noHome`` where none of them says where.
    package init(environment variable: (String) -> [UInt8]?) throws {
        if let home = variable("ATELIER_HOME"), !home.isEmpty {
            root = try HomeFolder.file(home, variable)
        } else if let data = variable("XDG_DATA_HOME"), data.first == UInt8(ascii: "/") {
            root = URL(fileBytes: data + Array("/atelier".utf8))
        } else {
            root = try HomeFolder.file(Array("~/.local/share/atelier".utf8), variable)
        }
    }

    /// The library's own folder for people: what is no text in its name is shown as such.
    public var shown: String { root.shownPath }

    /// The SQLite database.
    public var database: URL { root.appending(path: "library.sqlite") }
    /// Copies of the works' files.
    public var works: URL { root.appending(path: "works") }
    /// The models' files.
    public var models: URL { root.appending(path: "models") }
    /// The generations' files and the sketches.
    public var generations: URL { root.appending(path: "generations") }
    /// Files of what was removed, for 30 days.
    public var trash: URL { root.appending(path: "trash") }
    /// The spends, and what is needed to finish them.
    public var journal: URL { root.appending(path: "journal") }
    /// The keys, mode 0700.
    public var keys: URL { root.appending(path: "keys") }

    var lock: URL { root.appending(path: "library.lock") }
    var filesLock: URL { root.appending(path: "files.lock") }
    var spends: URL { journal.appending(path: "spends.journal") }
    var deviceKeys: URL { keys.appending(path: "device.key") }
    var accountKey: URL { keys.appending(path: "account.key") }
    var libraryKeys: URL { keys.appending(path: "library.keys") }
    var membership: URL { keys.appending(path: "membership.json") }

    /// True where a library is.
    public var holdsLibrary: Bool { LibraryFile.exists(deviceKeys) }

    func work(_ sha256: Digest, format: String) -> URL {
        works.appending(path: "\(sha256).\(format)")
    }

    func model(_ digest: Digest) -> URL {
        models.appending(path: "\(digest).model")
    }

    func generation(_ sha256: Digest) -> URL {
        generations.appending(path: "\(sha256).png")
    }

    func sketch(_ sha256: Digest) -> URL {
        generations.appending(path: "\(sha256).sketch")
    }

    func plan(of body: Digest) -> URL {
        journal.appending(path: "\(body).plan")
    }

    /// Every folder of it.
    var all: [URL] { [root, works, models, generations, trash, journal, keys] }

    /// Takes away what was made of a library that did not come to be.
    func unmake() {
        for file in [accountKey, libraryKeys, membership] {
            _ = file.withFileName { unlink($0) }
        }
        // Folders that hold anything stay.
        for place in all.reversed() { _ = place.withFileName { rmdir($0) } }
    }

    func make() throws {
        for folder in all {
            try LibraryFile.makeFolder(folder)
        }
        // A keys folder that somebody made before is closed too.
        _ = keys.withFileName { chmod($0, 0o700) }
    }
}

/// What `~` stands for: `$HOME`, and nothing else.
package enum HomeFolder {
    /// The file of a name whose leading `~` or `~/` stands for the home folder.
    ///
    /// A file of the name `~` itself is `./~`.
    ///
    /// - Parameter variable: A variable's bytes by its name, nil where it is not set.
    /// - Throws: ``LibraryError/noHome`` where `HOME` is not set.
    package static func file(
        _ name: [UInt8], _ variable: (String) -> [UInt8]?
    ) throws -> URL {
        let tilde = UInt8(ascii: "~")
        guard name.first == tilde, name.count == 1 || name[1] == UInt8(ascii: "/") else {
            return URL(fileBytes: name)
        }
        guard let home = variable("HOME"), !home.isEmpty else { throw LibraryError.noHome }
        return URL(fileBytes: home + name.dropFirst())
    }

    /// A variable of this process's environment, as bytes.
    package static func variable(_ name: String) -> [UInt8]? {
        getenv(name).map { start in
            UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) }
        }
    }
}
