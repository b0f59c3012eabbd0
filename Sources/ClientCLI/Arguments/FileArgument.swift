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

/// Carries arguments, which are bytes, through a parser that takes text.
///
/// Bytes that are no UTF-8 become a mark and two digits each, and so does the mark itself, which is
/// no character: every argument comes out as it went in, and no two become one.
enum ByteText {
    private static let mark: Unicode.Scalar = "\u{10FFFE}"

    /// The text that stands for these bytes; itself where they are text.
    static func text(of bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes[...]
        while !rest.isEmpty {
            var iterator = rest.makeIterator()
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded) where Unicode.UTF8.decode(encoded) != mark:
                text.append(Unicode.UTF8.decode(encoded))
                rest = rest.dropFirst(encoded.count)
            case .valid(let encoded):
                append(rest.prefix(encoded.count), to: &text)
                rest = rest.dropFirst(encoded.count)
            case .error(let length):
                append(rest.prefix(length), to: &text)
                rest = rest.dropFirst(length)
            case .emptyInput: rest = []
            }
            parser = Unicode.UTF8.ForwardParser()
        }
        return String(text)
    }

    /// The bytes that a text stands for.
    static func bytes(of text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character($0).hexDigitValue }
            if scalar == mark, digits.count == 2 {
                bytes.append(UInt8(clamping: digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return bytes
    }

    private static func append(_ bytes: ArraySlice<UInt8>, to text: inout String.UnicodeScalarView)
    {
        for byte in bytes {
            text.append(mark)
            let digits = String(byte, radix: 16, uppercase: true)
            text.append(contentsOf: (byte < 16 ? "0" + digits : digits).unicodeScalars)
        }
    }
}

/// The words after the program's name, as the parser takes them.
enum ProgramArguments {
    /// The arguments of this process.
    static var all: [String] {
        let words = (1..<max(1, Int(CommandLine.argc))).compactMap { index -> String? in
            guard let start = CommandLine.unsafeArgv[index] else { return nil }
            let bytes = UnsafeBufferPointer(start: start, count: strlen(start))
            return ByteText.text(of: bytes.map { UInt8(bitPattern: $0) })
        }
        return behindCommand(words, of: AtelierCommand.self)
    }

    /// Brings the options of every command that stand before the command's name behind it: the
    /// parser looks for them there alone.
    static func behindCommand(
        _ words: [String], of root: any ParsableCommand.Type
    ) -> [String] {
        var command = root
        var (names, moved): ([String], [String]) = ([], [])
        var rest = words[...]
        while let word = rest.first {
            if word == "--home" {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if word == "--json" || word.hasPrefix("--home=") {
                moved.append(word)
                rest = rest.dropFirst()
            } else if let next = command.configuration.subcommands.first(
                where: { $0._commandName == word })
            {
                command = next
                names.append(word)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        let isWhole = command.configuration.subcommands.isEmpty
        return names + (isWhole ? moved : []) + rest
    }
}
