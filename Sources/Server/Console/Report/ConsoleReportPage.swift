import AtelierServer
import HTTPTypes
import Hummingbird

/// `/console/report`: what was done on the server, in numbers by month, for all who moderate.
struct ConsoleReportPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess
    let months: MonthlyReports

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/report", use: page)
        router.get("console/report.csv", use: file)
    }

    @Sendable private func page(request: Request, context: ServerContext) async throws -> Response {
        let visitor = try await access.visitor(of: request, context)
        let writer = renderer.writer(for: request)
        let table = ReportTable(reports: try await months.all(), reader: .moderators)
        var values = table.values(writer, csv: "\(ConsoleAccess.root)/report.csv")
        values["isPublic"] = core.policy.publicReport == .on
        return renderer.response(
            visitor.page(
                "console-report", title: writer.text("report.title"), in: .report, values: values),
            to: request)
    }

    @Sendable private func file(request: Request, context: ServerContext) async throws -> Response {
        _ = try await access.visitor(of: request, context)
        return ReportTable(reports: try await months.all(), reader: .moderators).file
    }
}
