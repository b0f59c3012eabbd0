import ArgumentParser
import AtelierLibrary
import Foundation

/// A file's name as it was typed: bytes of any encoding, a leading `~` for `$HOME`.
struct FileArgument: ExpressibleByArgument {
    private let bytes: [UInt8]

    init?(argument: String) {
        bytes = ByteText.bytes(of: argument)
        if bytes.isEmpty { return nil }
    }

    /// The file.
    ///
    /// - Throws: `LibraryError.noHome` where it begins with `~` and `HOME` is not set.
    var url: URL {
        get throws { try HomeFolder.file(bytes, HomeFolder.variable) }
    }

    /// The name for people.
    var shown: String { String(decoding: bytes, as: UTF8.self) }
}
