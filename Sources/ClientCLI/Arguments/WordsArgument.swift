import ArgumentParser
import AtelierLibrary
import AtelierProtocol
import Foundation

/// Words to others: as an argument, from standard input or from a file.
struct WordsArgument: ParsableArguments {
    @Argument(
        help: """
            The words, at most \(RightsLimits.textBytes) bytes of UTF-8; - reads standard input.
            """)
    var text: String?
    @Option(help: "Read the words from this file.", completion: .file())
    var textFile: FileArgument?

    func validate() throws {
        guard (text == nil) != (textFile == nil) else {
            throw ValidationError("Write the words: as TEXT, - for standard input, or --text-file.")
        }
    }

    /// The words; the library checks their length.
    func words() throws -> String {
        if let textFile {
            let bytes = try LibraryFile.read(try textFile.url, limit: Self.readBytes)
            return try Self.text(bytes)
        }
        guard text == "-" else { return text ?? "" }
        let given = try FileHandle.standardInput.read(upToCount: Self.readBytes + 1) ?? Data()
        return try Self.text(Array(given))
    }

    /// More than the words may have, so that white space at the end does no harm.
    private static let readBytes = 2 * RightsLimits.textBytes

    private static func text(_ bytes: [UInt8]) throws -> String {
        guard bytes.count <= readBytes else {
            throw ValidationError(
                "The words are too long: \(RightsLimits.textBytes) bytes at most.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("The words are not UTF-8 text.")
        }
        return text.replacing("\r\n", with: "\n")
    }
}
