import AtelierServer
import HTTPTypes
import Hummingbird
import PageParts

/// What the pages for everybody have in common.
struct PublicPage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer

    /// The answer with a page for somebody who needs no account; the policy decides which others
    /// the navigation names.
    func response(
        _ template: String, title: String, in section: String, values: [String: Any] = [:],
        status: HTTPResponse.Status = .ok, to request: Request
    ) -> Response {
        var values = values
        values["hasReport"] = core.policy.publicReport == .on
        if !core.policy.operatorName.isEmpty {
            let writer = renderer.writer(for: request)
            values["operator"] = writer.text(
                "shell.operator", ["name": core.policy.operatorName])
        }
        return renderer.response(
            Page(
                template: template, title: title, section: section, values: values,
                status: status),
            to: request)
    }
}
