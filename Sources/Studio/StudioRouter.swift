import AtelierLibrary
import HTTPTypes
import Hummingbird
import NIOCore

/// The routes of the page, below its secret path.
struct StudioRouter: Sendable {
    /// The rooms' parts of the API.
    static let rooms: [any Room.Type] = [
        WorksRoom.self, StyleRoom.self, SketchRoom.self, MakeRoom.self, PictureRoom.self,
        AccountRoom.self, StartRoom.self,
    ]

    let studio: StudioServices
    let site: SiteFiles

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        addSite(to: router)
        addJobs(to: router)
        for room in Self.rooms { room.init(studio: studio).add(to: router) }
        return router
    }

    private func addSite(to router: Router<BasicRequestContext>) {
        router.get("/") { request, _ in
            guard studio.library.exists else { return try site.page("start", request) }
            let hasWorks = try !studio.library.library.works.ids().isEmpty
            return try site.page(hasWorks ? "make" : "works", request)
        }
        for room in SiteFiles.rooms.keys {
            router.get(RouterPath(room)) { request, _ in
                // Before there is a library, every room is the first one.
                try site.page(studio.library.exists ? room : "start", request)
            }
        }
        router.get("messages/:name") { _, context in
            try site.messages(try context.parameters.require("name"))
        }
        for file in ["base.css", "studio.css", "icon.svg"] {
            router.get(RouterPath(file)) { _, _ in try site.file(file) }
        }
        router.get("start/:name") { _, context in
            try site.file("start/" + context.parameters.require("name"))
        }
        router.get("js/**") { _, context in
            try site.file("js/" + context.parameters.getCatchAll().joined(separator: "/"))
        }
    }

    private func addJobs(to router: Router<BasicRequestContext>) {
        router.get("api/events") { _, _ in try studio.events.response() }
        router.get("api/jobs") { _, _ in try JSONReply.reply(["jobs": studio.jobs.all]) }
        router.get("api/jobs/:id") { _, context in
            try JSONReply.reply(
                try studio.jobs.job(try context.parameters.require("id")).report)
        }
        router.post("api/jobs/:id/stop") { _, context in
            let job = try studio.jobs.job(try context.parameters.require("id"))
            job.stop()
            return try JSONReply.reply(job.report)
        }
        router.get("api/jobs/:id/pictures/:name") { _, context in
            let job = try studio.jobs.job(try context.parameters.require("id"))
            guard let png = job.picture(try context.parameters.require("name")) else {
                throw APIError.notFound
            }
            return FileReply.reply(png, "image/png")
        }
    }
}
