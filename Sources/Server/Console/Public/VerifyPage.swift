import AtelierServer
import Hummingbird
import SignedObjects

/// `/verify`: where a picture comes from; the browser reads and checks the file.
struct VerifyPage: Sendable {
    let page: PublicPage

    func add(to router: RouterGroup<ServerContext>) {
        router.get("verify") { request, context in
            _ = try await page.core.readGuest(request, context)
            return page(request)
        }
    }

    private func page(_ request: Request) -> Response {
        let writer = page.renderer.writer(for: request)
        return page.response(
            "verify", title: writer.text("verify.title"), in: "verify",
            values: [
                "key": page.core.publicKey.description, "fingerprint": page.core.fingerprint,
            ], to: request)
    }
}
