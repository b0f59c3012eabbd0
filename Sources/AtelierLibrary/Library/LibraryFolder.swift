public import Foundation
import SignedObjects

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
    public init(environment: [String: String]) {
        if let home = environment["ATELIER_HOME"], !home.isEmpty {
            root = URL(filePath: home, directoryHint: .isDirectory)
        } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            root = URL(filePath: data, directoryHint: .isDirectory).appending(path: "atelier")
        } else {
            let home = URL(filePath: environment["HOME"] ?? ".", directoryHint: .isDirectory)
            root = home.appending(path: ".local/share/atelier")
        }
    }

    /// The SQLite database.
    public var database: URL { root.appending(path: "library.sqlite") }
    /// Copies of the works' files.
    public var works: URL { root.appending(path: "works") }
    /// The models' files.
    public var models: URL { root.appending(path: "models") }
    /// The generations' files and the sketches.
    public var generations: URL { root.appending(path: "generations") }
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

    func make() throws {
        for folder in [root, works, models, generations, journal, keys] {
            try LibraryFile.makeFolder(folder)
        }
        // A keys folder that somebody made before is closed too.
        try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: keys.path)
    }
}
