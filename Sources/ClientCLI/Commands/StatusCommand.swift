import ArgumentParser
import AtelierLibrary
import SignedObjects

/// The state of the library.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show account, standing, last sync and storage; offline.")

    @OptionGroup var options: LibraryOptions

    func run() throws {
        let library = try options.open()
        let status = try library.status()
        if options.json { return try JSONOutput.show(status) }
        var table = Table()
        table.add("library", status.home)
        table.add("account", status.account?.description ?? "not yet")
        table.add("device", status.deviceName)
        table.add("server", status.server.isEmpty ? "none" : status.server)
        table.add("standing", standing(status.standing))
        table.add("last sync", status.lastSyncAt.map { Formatting.moment($0) } ?? "never")
        let waiting = status.pendingChanges.map { Formatting.count($0, "change") }
        table.add("waiting", waiting ?? "not known while the library cannot be written")
        if status.lastSyncAt != nil { table.add("clock", clock(status.clockOffsetMs)) }
        for (name, store) in [
            ("works", status.works), ("models", status.models),
            ("generations", status.generations),
        ] {
            table.add(name, "\(store.count), \(store.here) here, \(Formatting.bytes(store.bytes))")
        }
        if status.trash.count > 0 || status.trash.here > 0 {
            table.add("trash", "\(status.trash.count), \(Formatting.bytes(status.trash.bytes))")
        }
        table.show()
        for doubt in status.doubts {
            let since = Formatting.moment(doubt.since)
            Terminal.say(Terminal.warm("since \(since): \(doubt.text.adding(doubt.nextStep))"))
        }
        for entry in status.openCases { Terminal.say(Terminal.warm(CasesCommand.summary(entry))) }
        let withheld = try library.withheldReceipts()
        if !status.withheldIn.isEmpty {
            let held = Formatting.withheld(status.withheldIn, withheld)
            Terminal.say(Terminal.warm("receipts \(held)"))
        }
        if status.unfinishedGenerations > 0 {
            let count = Formatting.count(status.unfinishedGenerations, "picture")
            Terminal.say(Terminal.warm("\(count) unfinished: atelier generate --resume"))
        }
        if !status.comparisonWords.isEmpty {
            Terminal.say("waiting: atelier devices approve \(status.comparisonWords)")
        }
    }

    private func clock(_ offset: Int) -> String {
        // Below a second it is the network's delay, not the clock.
        guard offset.magnitude >= 1000 else { return "agrees with the server's" }
        let side = offset < 0 ? "ahead of" : "behind"
        return
            "\(Formatting.length(seconds: offset.magnitude / 1000)) \(side) the server's; corrected"
    }

    private func standing(_ standing: StandingReport) -> String {
        var text = standing.state.rawValue.replacing("-", with: " ")
        if !standing.reason.isEmpty { text += " (\(standing.reason))" }
        if let until = standing.until { text += " until \(Formatting.moment(until))" }
        if !standing.text.isEmpty { text += ": \(standing.text)" }
        if !standing.appeal.isEmpty { text += " Appeal: \(standing.appeal)" }
        return text
    }
}

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
        for held in credits.heldBecause { table.add("held", "\(held.count) \(held.text)") }
        if credits.refused > 0 { table.add("refused", "\(credits.refused)") }
        table.show()
        if !credits.whyNot.isEmpty { Terminal.say(Terminal.warm(credits.whyNotHint)) }
    }
}

/// Checks the library.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the library on this device for everything that can be wrong.",
        discussion: """
            Reads every file once. --repair restricts the modes of key files, deletes what \
            crashes left, and renames damaged files; no complete file is deleted. Exit code 1 if a \
            fault is left.
            """)

    @OptionGroup var options: LibraryOptions
    @Flag(help: "Repair what can be repaired without loss.") var repair = false

    func run() throws {
        let report = try options.open().doctor.examine(repairs: repair)
        if options.json {
            try JSONOutput.show(report)
        } else {
            for finding in report.findings {
                let place = finding.path.isEmpty ? "" : "\(finding.path): "
                let step = finding.isRepaired ? nil : finding.nextStep
                let end = finding.isRepaired ? " Repaired." : ""
                Terminal.say("\(finding.code.rawValue)  \(place)\(finding.text.adding(step))\(end)")
            }
            let files = Formatting.count(report.filesChecked, "file")
            Terminal.say(
                report.findings.isEmpty
                    ? "well: \(files) read"
                    : "\(Formatting.count(report.findings.count, "finding")): \(files) read")
        }
        guard report.isWell else { throw ExitStatus.failed.code }
    }
}
