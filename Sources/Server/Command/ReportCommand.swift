import ArgumentParser
import AtelierServer
import Foundation
import SignedObjects

/// `report`.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Count what was done in a time; names nobody.")

    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "From this day or moment on: 2026-01-31 or RFC 3339.")
    var from: ReportMoment
    @Option(help: "Up to this day or moment, without it.")
    var to: ReportMoment

    func run() throws {
        try Failure.reported {
            let report = try options.open().report(from: from.time, to: to.time)
            if output.json { return try Printer.json(ReportView(report)) }
            ReportView(report).lines.forEach(Printer.line)
        }
    }
}

/// A moment on the command line; a day alone means its beginning in UTC.
struct ReportMoment: ExpressibleByArgument {
    let time: UnixTime

    init?(argument: String) {
        let time = UnixTime(rfc3339: argument) ?? UnixTime(rfc3339: "\(argument)T00:00:00Z")
        guard let time else { return nil }
        self.time = time
    }
}
