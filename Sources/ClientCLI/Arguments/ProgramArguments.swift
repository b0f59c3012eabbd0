import ArgumentParser
import Foundation

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
