import AtelierLibrary
import Foundation
import Synchronization

/// The library that the page shows: none before the first run made one.
final class OpenLibrary: Sendable {
    let folder: LibraryFolder
    let environment: LibraryEnvironment
    private let opened = Mutex<Library?>(nil)

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

    /// Takes a library that was made.
    func use(_ library: Library) { opened.withLock { $0 = library } }
}
