import AtelierProtocol
import AtelierServer
import Hummingbird

/// `/`: what this server is, what it sees, and how to join.
struct HomePage: Sendable {
    let core: ServerCore
    let renderer: PageRenderer

    func add(to router: RouterGroup<ServerContext>) {
        router.get("/") { request, context in
            _ = try await core.readGuest(request, context)
            return try await page(request)
        }
    }

    private func page(_ request: Request) async throws -> Response {
        let server = try await core.describe()
        let writer = renderer.writer(for: request)
        return renderer.response(
            Page(
                template: "home", title: writer.text("home.title"), section: "home",
                values: [
                    "fingerprint": core.fingerprint,
                    "credits": writer.text("home.credits", count: server.freeCredits),
                    "joining": writer.text("home.joining-\(server.registration.rawValue)"),
                ]),
            to: request)
    }
}
