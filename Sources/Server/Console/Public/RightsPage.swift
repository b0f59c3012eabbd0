import AtelierProtocol
import AtelierServer
import Hummingbird

/// `/rights`: whether a picture is in somebody's training set, reservations and claims.
///
/// The browser computes the fingerprints and speaks to the protocol's own routes; no picture comes
/// here, but for one that a claimant shows moderators.
struct RightsPage: Sendable {
    let page: PublicPage

    func add(to router: RouterGroup<ServerContext>) {
        router.get("rights") { request, context in
            _ = try await page.core.readGuest(request, context)
            return page(request)
        }
    }

    private func page(_ request: Request) -> Response {
        let writer = page.renderer.writer(for: request)
        let mebibytes = RightsLimits.pictureBytes >> 20
        return page.response(
            "rights", title: writer.text("rights.title"), in: "rights",
            values: [
                "limits": [
                    "pictures": String(RightsLimits.fingerprintsPerRequest),
                    "links": String(RightsLimits.links),
                    "linkBytes": String(RightsLimits.linkBytes),
                    "textBytes": String(RightsLimits.textBytes),
                    "contactBytes": String(RightsLimits.contactBytes),
                    "pictureBytes": String(RightsLimits.pictureBytes),
                ],
                "showHint": writer.text("rights.show-yes-hint", ["mebibytes": "\(mebibytes)"]),
            ], to: request)
    }
}
