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
    @Option(
        help: """
            Up to this day or moment, without it; the same day as --from, or none: that day alone.
            """)
    var to: ReportMoment?

    func run() throws {
        try Failure.reported {
            let day = Duration.seconds(86_400)
            let isOneDay = to == nil || from.isDay && to?.isDay == true && to?.time == from.time
            let end = isOneDay ? from.time + day : to?.time ?? from.time + day
            let report = try options.open().moderation.report(from: from.time, to: end)
            if output.json { return try Printer.json(ReportView(report)) }
            try Printer.lines(ReportView(report).lines)
        }
    }
}

/// A moment on the command line; a day alone means its beginning in UTC.
struct ReportMoment: ExpressibleByArgument {
    let time: UnixTime
    /// Whether only the day was given.
    let isDay: Bool

    init?(argument: String) {
        let moment = UnixTime(rfc3339: argument)
        guard let time = moment ?? UnixTime(rfc3339: "\(argument)T00:00:00Z") else { return nil }
        self.time = time
        isDay = moment == nil
    }
}

/// A report in output.
struct ReportView: Encodable {
    let from, to: Moment
    let accounts, suspensions, cases: [String: Int]
    let reinstatements, suspendedAtEnd, creditsGranted, receipts: Int
    let pauses, appeals, appealsGranted, appealsAtOneLogin, claims, purges: Int
    let decisions, reservations: [String: Int]
    let timeToDecision: DecisionTime?

    init(_ report: ServiceReport) {
        (from, to) = (Moment(report.from), Moment(report.to))
        (accounts, suspensions, cases) = (report.accounts, report.suspensions, report.cases)
        reinstatements = report.reinstatements
        suspendedAtEnd = report.suspendedAtEnd
        creditsGranted = report.creditsGranted
        receipts = report.receipts
        (pauses, purges, claims) = (report.pauses, report.purges, report.claims)
        (appeals, appealsGranted) = (report.appeals, report.appealsGranted)
        appealsAtOneLogin = report.appealsAtOneLogin
        (decisions, reservations) = (report.decisions, report.reservations)
        timeToDecision = report.timeToDecision
    }

    var lines: [String] {
        [
            "from \(from.time.rfc3339) to \(to.time.rfc3339)",
            "accounts opened   \(Self.list(accounts))",
            "suspensions       \(Self.list(suspensions))",
            "lifted            \(reinstatements)",
            "suspended at end  \(suspendedAtEnd)",
            "credits given     \(creditsGranted)",
            "receipts          \(receipts)",
            "pauses            \(pauses)",
            "cases opened      \(Self.list(cases))",
            "decisions         \(Self.list(decisions))",
            "time to decision  \(timeToDecision.map(Self.time) ?? "no case was decided")",
            "appeals           \(appeals), granted \(appealsGranted), "
                + "settled at the decider's login \(appealsAtOneLogin)",
            "reservations      \(Self.list(reservations))",
            "claims            \(claims)",
            "purges            \(purges)",
        ]
    }

    /// Such as `half within 26 h, nine of ten within 70 h`; begun hours count.
    private static func time(_ time: DecisionTime) -> String {
        func hours(_ seconds: Int64) -> String { "\((seconds + 3599) / 3600) h" }
        return "half within \(hours(time.median)), nine of ten within \(hours(time.ninth))"
    }

    /// Such as `3: 2 not-own-work, 1 spam`.
    private static func list(_ counts: [String: Int]) -> String {
        let sum = counts.values.reduce(0, +)
        guard sum > 0 else { return "0" }
        let parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key.shown)" }
        return "\(sum): \(parts.joined(separator: ", "))"
    }
}
