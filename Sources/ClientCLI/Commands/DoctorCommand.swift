import ArgumentParser
import AtelierLibrary

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
