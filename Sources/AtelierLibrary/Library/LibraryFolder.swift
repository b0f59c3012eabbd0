public import Foundation
import SignedObjects
import SystemSupport

/// The paths of a library's parts.
public struct LibraryFolder: Sendable {
    /// The library's own folder.
    public let root: URL

    /// The paths under `root`, whether or not a library is there.
    public init(root: URL) {
        self.root = root
    }

    /// The folder that the environment names: `ATELIER_HOME`, else `$XDG_DATA_HOME/atelier`,
    /// else `~/.local/share/atelier`.
    ///
    /// - Parameter variable: A variable's bytes by its name, nil where it is not set.
    /// - Throws: ``LibraryError/noHome`` where none of the variables is set.
    package init(environment variable: (String) -> [UInt8]?) throws {
        if let home = variable("ATELIER_HOME"), !home.isEmpty {
            root = try HomeFolder.file(home, variable)
        } else if let data = variable("XDG_DATA_HOME"), data.first == UInt8(ascii: "/") {
            root = URL(fileBytes: data + Array("/atelier".utf8))
        } else {
            root = try HomeFolder.file(Array("~/.local/share/atelier".utf8), variable)
        }
    }

    /// The folder's path as text for people; bytes that are not UTF-8 become U+FFFD.
    public var shown: String { root.shownPath }

    /// The SQLite database.
    public var database: URL { root.appending(path: "library.sqlite") }
    /// Copies of the works' files.
    public var works: URL { root.appending(path: "works") }
    /// The models' files.
    public var models: URL { root.appending(path: "models") }
    /// The generations' files and the sketches.
    public var generations: URL { root.appending(path: "generations") }
    /// The files of removed objects, kept for 30 days.
    public var trash: URL { root.appending(path: "trash") }
    /// Small copies of works and pictures, for lists; made again where they are missing.
    public var thumbnails: URL { root.appending(path: "thumbnails") }
    /// The sketches of the page, a folder each.
    package var sketches: URL { root.appending(path: SketchFileName.folder) }
    /// The spends, and what is needed to finish them.
    public var journal: URL { root.appending(path: "journal") }
    /// The keys, mode 0700.
    public var keys: URL { root.appending(path: "keys") }

    var lock: URL { root.appending(path: "library.lock") }
    var filesLock: URL { root.appending(path: "files.lock") }
    var reserve: URL { root.appending(path: "room.reserve") }
    var spends: URL { journal.appending(path: "spends.journal") }
    var deviceKeys: URL { keys.appending(path: "device.key") }
    var accountKey: URL { keys.appending(path: "account.key") }
    var libraryKeys: URL { keys.appending(path: "library.keys") }
    var membership: URL { keys.appending(path: "membership.json") }

    /// Whether a library is there.
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

    /// Deletes what was made of a library whose making failed.
    func unmake() {
        for file in [accountKey, libraryKeys, membership] {
            _ = file.withFileName { unlink($0) }
        }
        // A folder that is not empty stays.
        for place in all.reversed() { _ = place.withFileName { rmdir($0) } }
    }

    func make() throws {
        for folder in all {
            try LibraryFile.makeFolder(folder)
        }
        // A keys folder that existed before gets the same mode.
        _ = keys.withFileName { chmod($0, 0o700) }
    }
}

/// The folder that `~` stands for: `$HOME` only.
package enum HomeFolder {
    /// The file of a name whose leading `~` or `~/` stands for the home folder.
    ///
    /// A file whose name is `~` itself can be named `./~`.
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

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock between processes (`flock`): one process generates or syncs, one changes files. It ends
/// with the process.
final class LibraryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; throws where another process holds it, unless `waits` is true.
    ///
    /// - Throws: ``LibraryError/busy`` where another process holds it.
    init(_ file: URL, waits: Bool = false) throws {
        var descriptor = file.withFileName { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        if descriptor < 0 {
            // A library that cannot be written can still be locked.
            let code = errno
            descriptor = file.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else {
                throw LibraryError.unwritable(
                    path: file.shownPath, reason: String(cString: strerror(code)))
            }
        }
        self.descriptor = descriptor
        guard flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            if reason == EWOULDBLOCK { throw LibraryError.busy }
            throw LibraryError.unwritable(
                path: file.shownPath, reason: String(cString: strerror(reason)))
        }
    }

    deinit {
        // Closing alone would leave the lock with a child process that has not yet closed the
        // descriptors that it inherited.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
