import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
package import SignedObjects

/// `/report`: what was done on the server, in numbers by month; where the policy says so.
struct ReportPage: Sendable {
    let page: PublicPage
    private let months: MonthlyReports

    init(page: PublicPage) {
        self.page = page
        months = MonthlyReports(core: page.core)
    }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("report") { request, context in
            show(try await reports(request, context), request)
        }
        router.get("report.csv") { request, context in
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"report.csv\"",
                ],
                body: .init(
                    byteBuffer: ByteBuffer(string: Self.csv(try await reports(request, context)))))
        }
    }

    private func reports(
        _ request: Request, _ context: ServerContext
    ) async throws -> [ServiceReport] {
        _ = try await page.core.readGuest(request, context)
        guard page.core.policy.publicReport == .on else { throw HTTPError(.notFound) }
        return try await months.all()
    }

    private func show(_ reports: [ServiceReport], _ request: Request) -> Response {
        let writer = page.renderer.writer(for: request)
        let rows = Self.rows(of: reports).map { row in
            [
                "name": writer.text("report.row-\(row.name)"),
                "kind": row.kind.map { [writer.text("report.kind-\(row.name)-\($0)")] } ?? [],
                "counts": row.counts.map(String.init),
                "sum": String(row.counts.reduce(0, +)),
            ] as [String: Any]
        }
        return page.response(
            "report", title: writer.text("report.title"), in: "report",
            values: [
                "months": reports.map { Self.month($0) }, "rows": rows,
                "chart": ReportChart(reports: reports).values,
                "axis": [
                    "first": reports.first.map(Self.month) ?? "",
                    "last": reports.last.map(Self.month) ?? "",
                ],
            ], to: request)
    }

    /// One line of the table: a count for each month.
    struct Row: Equatable {
        let name: String
        /// What is counted in particular; nil for the whole.
        let kind: String?
        let counts: [Int]
    }

    /// What is told, in this order. Reasons that a moderator wrote are not among it.
    static func rows(of reports: [ServiceReport]) -> [Row] {
        func kinds(_ name: String, _ path: KeyPath<ServiceReport, [String: Int]>) -> [Row] {
            let names = Set(reports.flatMap { $0[keyPath: path].keys }).sorted()
            return names.map { kind in
                Row(name: name, kind: kind, counts: reports.map { $0[keyPath: path][kind] ?? 0 })
            }
        }
        func all(_ name: String, _ count: (ServiceReport) -> Int) -> Row {
            Row(name: name, kind: nil, counts: reports.map(count))
        }
        return kinds("cases", \.cases) + kinds("decisions", \.decisions) + [
            all("appeals") { $0.appeals }, all("appeals-granted") { $0.appealsGranted },
            all("claims") { $0.claims },
        ] + kinds("reservations", \.reservations) + [
            all("suspensions") { $0.suspensions.values.reduce(0, +) },
            all("reinstatements") { $0.reinstatements }, all("purges") { $0.purges },
            all("pauses") { $0.pauses }, all("receipts") { $0.receipts },
        ]
    }

    /// The same as a table for programs (RFC 4180): month, what, which kind, how many.
    static func csv(_ reports: [ServiceReport]) -> String {
        let rows = rows(of: reports)
        var lines = ["month,name,kind,count"]
        for (index, report) in reports.enumerated() {
            lines += rows.map { row in
                "\(month(report)),\(row.name),\(row.kind ?? ""),\(row.counts[index])"
            }
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private static func month(_ report: ServiceReport) -> String {
        String(report.from.rfc3339.prefix(7))
    }
}

/// The cases of each month as bars, in SVG that needs no style.
struct ReportChart {
    let reports: [ServiceReport]

    private static let height = 120
    private static let step = 40

    /// Bars with the number above, in a view of 40 units a month and 160 of height.
    var values: [String: Any] {
        let counts = reports.map { $0.cases.values.reduce(0, +) }
        let most = max(1, counts.max() ?? 1)
        let bars = zip(reports, counts).enumerated().map { index, month in
            let height = month.1 * Self.height / most
            return [
                "x": String(index * Self.step + 6), "y": String(20 + Self.height - height),
                "height": String(height), "middle": String(index * Self.step + Self.step / 2),
                "above": String(14 + Self.height - height), "count": String(month.1),
                "month": String(month.0.from.rfc3339.dropFirst(5).prefix(2)),
            ]
        }
        return ["bars": bars, "width": String(max(1, reports.count) * Self.step)]
    }
}

/// The reports of the last months; a report reads all orders and receipts, so that it is made once
/// for all who ask.
package actor MonthlyReports {
    private let core: ServerCore
    private var kept: (until: UnixTime, reports: [ServiceReport])?
    private var making: Task<[ServiceReport], any Error>?

    init(core: ServerCore) {
        self.core = core
    }

    /// The reports of this month and those before it, the oldest first.
    func all() async throws -> [ServiceReport] {
        let now = core.now
        if let kept, now < kept.until { return kept.reports }
        if let making { return try await making.value }
        let core = core
        let task = Task { try await core.moderation.reports(Self.months(upTo: now)) }
        making = task
        defer { making = nil }
        let reports = try await task.value
        kept = (
            UnixTime(milliseconds: now.milliseconds + Limits.reportLifetime * 1000), reports
        )
        return reports
    }

    /// From when to when the last months last, in UTC, the oldest first.
    package static func months(upTo now: UnixTime) -> [Range<UnixTime>] {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(now.milliseconds) / 1000)
        let starts = (-Limits.reportMonths + 1...1).compactMap { offset in
            calendar.dateInterval(of: .month, for: date).flatMap {
                calendar.date(byAdding: .month, value: offset, to: $0.start)
            }
        }.map { UnixTime(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
        return zip(starts, starts.dropFirst()).map { $0..<$1 }
    }
}
