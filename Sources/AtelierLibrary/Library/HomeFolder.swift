package import Foundation
import SyncKit

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
