import ArgumentParser
import AtelierLibrary
import Foundation
import SignedObjects

/// Makes a library.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a library; works offline.")

    @OptionGroup var options: LibraryOptions
    @Option(help: "A name for this device (default: the machine's name).") var deviceName: String?

    func run() throws {
        // The library exists only once its phrase was written.
        _ = try Library.make(in: try options.folder, deviceName: deviceName) { new in
            try show(new)
            try StandardOutput.settle(durably: true)
        }
    }

    private func show(_ new: NewLibrary) throws {
        let home = new.folder.shown
        if options.json {
            return try JSONOutput.show(
                Made(
                    home: home, account: new.account.description,
                    device: new.device.description, deviceName: new.deviceName,
                    recoveryPhrase: new.phrase.words))
        }
        Terminal.say("Your library is in \(home).")
        Terminal.say()
        Terminal.say(Terminal.strong("Your recovery phrase. Write it on paper now:"))
        Terminal.say("it is shown only this once, and not stored.")
        Terminal.say()
        var table = Table()
        for row in 0..<6 {
            let cells = (0..<4).map { column in
                let index = column * 6 + row
                let number = index + 1 < 10 ? " \(index + 1)" : "\(index + 1)"
                return "\(number) \(new.phrase.words[index])"
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
