import AtelierLibrary
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization

/// The library that the page shows: none before the first run made one.
final class OpenLibrary: Sendable {
    let folder: LibraryFolder
    let environment: LibraryEnvironment
    private let opened = Mutex<Library?>(nil)
    private let draft = Mutex<LibraryDraft?>(nil)

    init(folder: LibraryFolder, environment: LibraryEnvironment) {
        self.folder = folder
        self.environment = environment
    }

    /// Whether there is a library in the folder.
    var exists: Bool { folder.holdsLibrary }

    /// The library, opened at the first use.
    ///
    /// - Throws: ``LibraryError/notALibrary(folder:)`` before the first run made one.
    var library: Library {
        get throws {
            try opened.withLock { opened in
                if let library = opened { return library }
                let library = try Library(opening: folder, environment: environment)
                opened = library
                return library
            }
        }
    }

    /// The library, where needed opened with the room that is kept for removing on a full disk.
    var freeingRoom: Library {
        get throws {
            let opened = try library
            guard opened.isReadOnly else { return opened }
            let freed = try Library(opening: folder, environment: environment, freesRoom: true)
            use(freed)
            return freed
        }
    }

    /// Begins a new library, of which nothing is written before ``makeDraft()``.
    func begin(deviceName: String?) throws -> NewLibrary {
        let new = try LibraryDraft(in: folder, deviceName: deviceName, environment: environment)
        draft.withLock { $0 = new }
        return new.new
    }

    /// Makes the library that was begun, once its words were written down.
    ///
    /// - Throws: ``APIError`` where none was begun, as by a page of an earlier run.
    func makeDraft() throws {
        let begun = draft.withLock { draft in
            defer { draft = nil }
            return draft
        }
        guard let begun else {
            throw APIError(
                code: "words-expired",
                what: "These words are no longer valid: Atelier was started anew. "
                    + "Let new ones be made, and cross the old ones out.", status: .conflict)
        }
        use(try begun.make())
    }

    /// Deletes what a crash left of files that pages sent: only what is older than
    /// ``Limits/incomingTime``, for another program may serve the same library.
    func sweepIncoming() {
        let files = FileManager.default
        let place = folder.incoming.path(percentEncoded: false)
        let now = TimeInterval(environment.now().milliseconds) / 1000
        for name in (try? files.contentsOfDirectory(atPath: place)) ?? [] {
            let file = folder.incoming.appending(path: name)
            let path = file.path(percentEncoded: false)
            let written = (try? files.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            guard let written, now - written.timeIntervalSince1970 > Limits.incomingTime else {
                continue
            }
            try? files.removeItem(at: file)
        }
    }

    /// Takes a library that was made.
    func use(_ library: Library) { opened.withLock { $0 = library } }
}
