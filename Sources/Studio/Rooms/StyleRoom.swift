import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit

/// Styles: the list, one style with what it learned, teaching, comparing, removing.
struct StyleRoom: Room {
    let studio: StudioServices

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/styles") { _, _ in
            try await run { library in
                let pictures = try Self.picturesByStyle(library)
                return List(
                    styles: try library.styles.all().map {
                        try Item($0, pictures: pictures[$0.id] ?? [], in: library)
                    })
            }
        }
        router.post("api/styles") { request, _ in try await teach(request) }
        router.get("api/styles/:id") { _, context in
            let id = try context.id(ModelID.self)
            return try await run { try Details(try $0.styles.model(id), in: $0) }
        }
        router.delete("api/styles/:id") { _, context in
            let id = try context.id(ModelID.self)
            return try await run { try $0.styles.remove(id) }
        }
        router.get("api/styles/:id/chart") { _, context in try await chart(try context.id()) }
        router.post("api/styles/:id/compare") { request, context in
            let id = try context.id(ModelID.self)
            let file = try await RequestBody.file(
                request, limit: StyleKit.Limits.fileBytes, in: studio.library.folder)
            return try await run { library in
                try file.using { ["likeness": try library.styles.compare(id, with: $0).likeness] }
            }
        }
    }

    /// The pictures that each style has drawn, sheets of drafts left out.
    private static func picturesByStyle(_ library: Library) throws -> [ModelID: [Generation]] {
        var pictures: [ModelID: [Generation]] = [:]
        for picture in try library.generations.all() where !picture.isSheet {
            if let id = picture.modelId { pictures[id, default: []].append(picture) }
        }
        return pictures
    }

    // MARK: Teaching

    private struct Lesson: Decodable {
        let name: String
        let works: [String]
    }

    private struct Taught: Encodable {
        let id: ModelID
        let name: String
        let tooSmall: [Work]
    }

    private func teach(_ request: Request) async throws -> Response {
        let lesson = try await RequestBody.json(Lesson.self, request)
        let works = lesson.works.compactMap { WorkID(hex: $0) }
        guard works.count == lesson.works.count, works.count <= Limits.worksAtOnce else {
            throw APIError.malformed("These are no works, or too many at once.")
        }
        let library = try studio.library.library
        let job = try studio.jobs.start("train") { job in
            let trained = try library.styles.train(lesson.name, from: .chosen(works)) { part in
                job.progress(part)
                if job.isStopped { throw CancellationError() }
            }
            return Taught(
                id: trained.model.id, name: trained.model.name, tooSmall: trained.tooSmall)
        }
        return try JSONReply.reply(["job": job.id], status: .accepted)
    }

    private func chart(_ id: ModelID) async throws -> Response {
        try await sendFile("image/png") { library, folder in
            let model = try library.styles.model(id)
            let file = folder.appending(path: "chart.png")
            try library.styles.drawChart(of: id, to: file)
            return (file, "\(model.name).png")
        }
    }
}

extension StyleRoom {
    private struct List: Encodable {
        let styles: [Item]
    }

    /// A style in the list, oldest first.
    private struct Item: Encodable {
        let id: ModelID
        let name: String
        let works: [WorkID]
        let isHere: Bool
        let deviceName: String
        let createdAt: Moment
        let palette: [StyleAnalysis.PaletteColor]
        let preview: PicturePreview?
        /// How many pictures it has drawn.
        let pictures: Int
        let figures: ModelFigures

        init(_ model: Model, pictures: [Generation], in library: Library) throws {
            (id, name, works) = (model.id, model.name, model.works)
            (isHere, deviceName, createdAt) = (model.isHere, model.deviceName, model.createdAt)
            (palette, preview) = (model.analysis?.palette ?? [], model.preview)
            self.pictures = pictures.count
            figures = try library.styles.figures(of: model)
        }
    }

    /// A work of a style.
    private struct Learned: Encodable {
        let id: WorkID
        let title: String
        let width: Int
        let height: Int
        let isHere: Bool
        /// Its part in all pictures that the style has drawn, 0 to 1.
        let share: Double
        let preview: PicturePreview?
    }

    /// What a style learned, with the middles that its page names.
    private struct Details: Encodable {
        let id: ModelID
        let name: String
        let isHere: Bool
        let deviceName: String
        let createdAt: Moment
        let pictures: Int
        let figures: ModelFigures
        let preview: PicturePreview?
        let analysis: StyleAnalysis?
        let contrast: Double?
        let middleLightness: Double?
        let middleStrokeWidth: Double?
        /// The largest share first.
        let works: [Learned]

        init(_ model: Model, in library: Library) throws {
            let drawn = try StyleRoom.picturesByStyle(library)[model.id] ?? []
            var shares: [WorkID: Double] = [:]
            for source in drawn.flatMap(\.sources) {
                shares[source.work, default: 0] += source.share / Double(drawn.count)
            }
            (id, name, isHere) = (model.id, model.name, model.isHere)
            (deviceName, createdAt) = (model.deviceName, model.createdAt)
            pictures = drawn.count
            figures = try library.styles.figures(of: model)
            (preview, analysis) = (model.preview, model.analysis)
            contrast = model.analysis?.contrast
            middleLightness = model.analysis?.middleLightness
            middleStrokeWidth = model.analysis?.middleStrokeWidth
            let ids = Set(model.works)
            works = try library.works.all().filter { ids.contains($0.id) }.map {
                Learned(
                    id: $0.id, title: $0.title, width: $0.width, height: $0.height,
                    isHere: $0.isHere, share: shares[$0.id] ?? 0,
                    preview: $0.preview)
            }.sorted { ($1.share, $0.title) < ($0.share, $1.title) }
        }
    }
}

extension Generation {
    /// Whether it is a sheet of drafts, and no picture.
    var isSheet: Bool { drafts > 0 && draft == 0 }
}
