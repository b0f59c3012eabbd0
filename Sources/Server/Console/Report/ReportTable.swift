import AtelierServer
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// What was done in some months, a line for each thing that is counted.
struct ReportTable {
    /// Who reads it.
    enum Reader {
        /// Anybody: reasons that a moderator wrote, and accounts, are not told.
        case everybody
        case moderators
    }

    /// What the numbers of a row are.
    enum Measure {
        case count
        /// How many there are at the month's end: their sum says nothing.
        case level
        /// Seconds: their sum says nothing either.
        case time
    }

    /// One line of the table: a number for each month.
    struct Row: Equatable {
        let name: String
        /// What is counted in particular; nil for the whole.
        let kind: String?
        /// Whether the kind is a word that somebody wrote, and has no text.
        var isWritten = false
        var measure = Measure.count
        /// Nil where there is none in the month.
        let numbers: [Int64?]
    }

    /// The months, the oldest first.
    let reports: [ServiceReport]
    let reader: Reader

    /// What is told, in this order.
    var rows: [Row] {
        let time = [
            Row(
                name: "decision-time", kind: "median", measure: .time,
                numbers: reports.map { $0.timeToDecision?.median }),
            Row(
                name: "decision-time", kind: "ninth", measure: .time,
                numbers: reports.map { $0.timeToDecision?.ninth }),
        ]
        let rights =
            kinds("cases", \.cases) + kinds("decisions", \.decisions) + time + [
                all("appeals") { $0.appeals }, all("appeals-granted") { $0.appealsGranted },
            ]
        let acts = [
            all("reinstatements") { $0.reinstatements }, all("purges") { $0.purges },
            all("pauses") { $0.pauses }, all("receipts") { $0.receipts },
        ]
        let asked = [all("claims") { $0.claims }] + kinds("reservations", \.reservations)
        guard reader == .moderators else {
            let suspensions = all("suspensions") { $0.suspensions.values.reduce(0, +) }
            return rights + asked + [suspensions] + acts
        }
        return rights + [all("appeals-at-one-login") { $0.appealsAtOneLogin }] + asked
            + kinds("suspensions", \.suspensions, isWritten: true) + acts
            + kinds("accounts", \.accounts) + [
                all("suspended-at-end", .level) { $0.suspendedAtEnd },
                all("credits-granted") { $0.creditsGranted },
            ]
    }

    private func kinds(
        _ name: String, _ path: KeyPath<ServiceReport, [String: Int]>, isWritten: Bool = false
    ) -> [Row] {
        let names = Set(reports.flatMap { $0[keyPath: path].keys }).sorted()
        return names.map { kind in
            Row(
                name: name, kind: kind, isWritten: isWritten,
                numbers: reports.map { Int64($0[keyPath: path][kind] ?? 0) })
        }
    }

    private func all(
        _ name: String, _ measure: Measure = .count, _ count: (ServiceReport) -> Int
    ) -> Row {
        Row(
            name: name, kind: nil, measure: measure, numbers: reports.map { Int64(count($0)) })
    }
}

extension ReportTable {
    /// What the partial `report-counts` shows.
    ///
    /// - Parameter csv: Where the same is as a table for programs.
    func values(_ writer: PageWriter, csv: String) -> [String: Any] {
        [
            "months": reports.map { Self.month($0) },
            "rows": rows.map { row in
                [
                    "name": writer.text("report.row-\(row.name)"),
                    "kind": row.kind.map { [name(of: $0, in: row, writer)] } ?? [],
                    "counts": row.numbers.map { text($0, row.measure, writer) },
                    "sum": row.measure == .count
                        ? String(row.numbers.compactMap { $0 }.reduce(0, +)) : "",
                ] as [String: Any]
            },
            "chart": ReportChart(reports: reports).values, "csv": csv,
            "axis": [
                "first": reports.first.map(Self.month) ?? "",
                "last": reports.last.map(Self.month) ?? "",
            ],
        ]
    }

    private func name(of kind: String, in row: Row, _ writer: PageWriter) -> String {
        row.isWritten
            ? PrintableText.line(kind) : writer.text("report.kind-\(row.name)-\(kind)")
    }

    private func text(_ number: Int64?, _ measure: Measure, _ writer: PageWriter) -> String {
        guard let number else { return "–" }
        return measure == .time ? writer.duration(seconds: number) : String(number)
    }

    /// The same as a table for programs (RFC 4180): month, what, which kind, how many, or how many
    /// seconds.
    var csv: String {
        let rows = rows
        var lines = ["month,name,kind,count"]
        for (index, report) in reports.enumerated() {
            lines += rows.compactMap { row in
                guard let number = row.numbers[index] else { return nil }
                let name = row.measure == .time ? "\(row.name)-seconds" : row.name
                return "\(Self.month(report)),\(name),\(Self.field(row.kind ?? "")),\(number)"
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Quoted where it must be; never what a table program takes for a formula.
    private static func field(_ text: String) -> String {
        let line = PrintableText.line(text)
        let safe = line.first.map { "=+-@".contains($0) } == true ? "'" + line : line
        guard safe.contains(where: { "\",\r\n".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private static func month(_ report: ServiceReport) -> String {
        String(report.from.rfc3339.prefix(7))
    }
}

extension ReportTable {
    /// The answer with the table for programs, as a file.
    var file: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"report.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: csv)))
    }
}
