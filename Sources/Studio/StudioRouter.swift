import AtelierLibrary
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of the page, below its secret path.
struct StudioRouter: Sendable {
    let library: OpenLibrary
    let site: SiteFiles

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("/") { request, _ in try site.page(library.exists ? "works" : "start", request) }
        for room in SiteFiles.rooms {
            router.get(RouterPath(room)) { request, _ in try site.page(room, request) }
        }
        router.get("messages/:name") { _, context in
            try site.messages(try context.parameters.require("name"))
        }
        router.get("studio.css") { _, _ in try site.file("studio.css") }
        router.get("icon.svg") { _, _ in try site.file("icon.svg") }
        router.get("js/**") { _, context in
            try site.file("js/" + context.parameters.getCatchAll().joined(separator: "/"))
        }
        router.get("api/status") { _, _ in try JSONReply.reply(try library.library.status()) }
        return router
    }
}
