import ArgumentParser
import AtelierServer
import Foundation
import SignedObjects

/// `doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look over files, database, credits and segments; changes nothing.",
        discussion: "Exit 1 where anything is wrong. The server may run meanwhile.")

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var isWell = true
        try Failure.reported {
            let report = try Doctor(
                folder: options.folder, database: options.databaseAddress, now: .present
            ).examine()
            isWell = report.count == 0
            if output.json { return try Printer.json(DoctorView(report)) }
            for check in report.checks {
                let isFine = check.findings.isEmpty
                let name = check.name.padding(toLength: 10, withPad: " ", startingAt: 0)
                let note = check.note.isEmpty ? "" : "  (\(check.note))"
                try Printer.line("\(name) \(isFine ? "well" : "WRONG")\(note)")
                for finding in check.findings { try Printer.line("  \(finding.shown)") }
                if check.further > 0 { try Printer.line("  and \(check.further) more") }
            }
            try Printer.line(
                "doctor: " + (isWell ? "all is well" : Printer.count(report.count, "finding")))
        }
        if !isWell { throw ExitCode(1) }
    }
}

/// A report in JSON output.
private struct DoctorView: Encodable {
    let isWell: Bool
    let findings: Int
    let checks: [DoctorReport.Check]

    init(_ report: DoctorReport) {
        isWell = report.count == 0
        findings = report.count
        checks = report.checks
    }
}
