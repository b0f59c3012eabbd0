import AtelierServer
import SignedObjects

/// A report in output.
struct ReportView: Encodable {
    let from, to: Moment
    let accounts, suspensions, cases: [String: Int]
    let reinstatements, suspendedAtEnd, creditsGranted, receipts: Int
    let pauses, casesClosed, purges: Int

    init(_ report: ServiceReport) {
        (from, to) = (Moment(report.from), Moment(report.to))
        (accounts, suspensions, cases) = (report.accounts, report.suspensions, report.cases)
        reinstatements = report.reinstatements
        suspendedAtEnd = report.suspendedAtEnd
        creditsGranted = report.creditsGranted
        receipts = report.receipts
        (pauses, casesClosed, purges) = (report.pauses, report.casesClosed, report.purges)
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
            "cases closed      \(casesClosed)",
            "purges            \(purges)",
        ]
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
