import ArgumentParser
import AtelierLibrary

/// Whether the library is well.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for everything that can be wrong with the library here.",
        discussion: """
            Reads every file once. --repair closes key files, takes away what crashes left, and \
            puts damaged files aside; nothing is deleted that is whole. Exit 1 where something is \
            still wrong.
            """)

    @OptionGroup var options: LibraryOptions
    @Flag(help: "Put right what can be.") var repair = false

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
