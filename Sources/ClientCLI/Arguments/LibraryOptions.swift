import ArgumentParser
import AtelierLibrary
import Foundation

/// Which library a command works on, and how it prints.
struct LibraryOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The library's folder (default: $ATELIER_HOME, or $XDG_DATA_HOME/atelier).")
    var home: FileArgument?

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    var folder: LibraryFolder {
        get throws {
            if let home { return LibraryFolder(root: try home.url) }
            return try LibraryFolder(environment: HomeFolder.variable)
        }
    }

    /// - Parameter freesRoom: Whether the command makes room, which must work on a full disk too.
    func open(freesRoom: Bool = false) throws -> Library {
        try Library(opening: folder, environment: Self.environment, freesRoom: freesRoom)
    }

    /// This machine's, and it says when it waits.
    static var environment: LibraryEnvironment {
        var environment = LibraryEnvironment.system
        environment.onWait = { reason, wait in
            Terminal.note("\(CheckedText.shown(reason)) \(Formatting.waiting(wait))")
        }
        return environment
    }
}
