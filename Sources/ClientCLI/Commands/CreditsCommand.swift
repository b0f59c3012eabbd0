import ArgumentParser
import AtelierLibrary

/// Shows the credits.
struct CreditsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credits", abstract: "Show credits: granted, on this device, spent, settled.")

    @OptionGroup var options: LibraryOptions

    func run() throws {
        let credits = try options.open().wallet.report()
        if options.json { return try JSONOutput.show(credits) }
        var table = Table()
        table.add("granted", "\(credits.granted)")
        let until = credits.usableUntil.map { "  until \(Formatting.moment($0))" } ?? ""
        table.add("on this device", "\(credits.usable)\(until)")
        table.add("on other devices", "\(credits.leasedElsewhere)")
        table.add("free", "\(credits.free)")
        table.add("spent", "\(credits.spent)")
        let settled = "\(credits.settled) of \(credits.spentHere) spent here"
        table.add("settled", credits.held == 0 ? settled : "\(settled), \(credits.held) held")
        if credits.refused > 0 { table.add("refused", "\(credits.refused)") }
        table.show()
        if !credits.whyNot.isEmpty { Terminal.say(Terminal.warm(credits.whyNotHint)) }
    }
}
