import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Makes a library.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a library; works offline.")

    @OptionGroup var options: LibraryOptions
    @Option(help: "What you call this device (else the machine's name).") var deviceName: String?

    func run() throws {
        let (library, phrase) = try Library.make(in: options.folder, deviceName: deviceName)
        if options.json {
            try JSONOutput.show(
                Made(
                    home: library.folder.root.path, account: library.account?.description ?? "",
                    device: library.device.description, deviceName: library.deviceName,
                    recoveryPhrase: phrase.words))
            return
        }
        Terminal.say("Your library is in \(library.folder.root.path).")
        Terminal.say()
        Terminal.say(Terminal.strong("Your recovery phrase. Write it on paper now:"))
        Terminal.say("it is shown this once, and stored nowhere.")
        Terminal.say()
        var table = Table()
        for row in 0..<6 {
            let cells = (0..<4).map { column in
                let index = column * 6 + row
                let number = index + 1 < 10 ? " \(index + 1)" : "\(index + 1)"
                return "\(number) \(phrase.words[index])"
            }
            table.add("  " + cells[0], cells[1], cells[2], cells[3])
        }
        table.show()
        Terminal.say()
        Terminal.say("Next: atelier works add FILE --mine")
        Terminal.say("      atelier join URL --invite CODE")
    }

    private struct Made: Encodable {
        let home: String
        let account: String
        let device: String
        let deviceName: String
        let recoveryPhrase: [String]
    }
}
