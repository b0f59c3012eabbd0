import AtelierServer
import HTTPTypes
import Hummingbird

/// `/report`: what was done on the server, in numbers by month; where the policy says so.
struct ReportPage: Sendable {
    let page: PublicPage
    let months: MonthlyReports

    func add(to router: RouterGroup<ServerContext>) {
        router.get("report") { request, context in
            let writer = page.renderer.writer(for: request)
            return page.response(
                "report", title: writer.text("report.title"), in: "report",
                values: try await table(request, context).values(writer, csv: "/report.csv"),
                to: request)
        }
        router.get("report.csv") { request, context in
            try await table(request, context).file
        }
    }

    private func table(_ request: Request, _ context: ServerContext) async throws -> ReportTable {
        _ = try await page.core.readGuest(request, context)
        guard page.core.policy.publicReport == .on else { throw HTTPError(.notFound) }
        return ReportTable(reports: try await months.all(), reader: .everybody)
    }
}
