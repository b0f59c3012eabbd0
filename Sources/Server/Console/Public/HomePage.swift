import AtelierProtocol
import AtelierServer
import Hummingbird
import SignedObjects

/// `/`: what this server is, what it sees, and how to join.
struct HomePage: Sendable {
    let page: PublicPage

    func add(to router: RouterGroup<ServerContext>) {
        router.get("/") { request, context in
            _ = try await page.core.readGuest(request, context)
            return try await page(request)
        }
    }

    private func page(_ request: Request) async throws -> Response {
        let core = page.core
        let server = try await core.describe()
        let writer = page.renderer.writer(for: request)
        return page.response(
            "home", title: writer.text("home.title"), in: "home",
            values: [
                "fingerprint": core.fingerprint,
                "roots": try await core.authority.list().roots.compactMap(Self.rootFingerprint),
                "credits": writer.text("home.credits", count: server.freeCredits),
                "joining": writer.text("home.joining-\(server.registration.rawValue)"),
            ], to: request)
    }

    /// SHA-256 of a root's DER, as certificate programs show it, in groups.
    private static func rootFingerprint(_ compact: String) -> String? {
        guard let root = try? JWS<CommunityRoot>.unverifiedPayload(of: compact),
            let der = root.der
        else { return nil }
        let digits = Digest(of: der).description
        return stride(from: 0, to: digits.count, by: 4).map { start in
            String(digits.dropFirst(start).prefix(4))
        }.joined(separator: " ")
    }
}
