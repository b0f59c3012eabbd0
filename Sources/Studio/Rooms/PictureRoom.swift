import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit
import Synchronization

/// Pictures: the list, one of them, where it comes from, rating, export, removing, verifying.
struct PictureRoom: Room {
    let studio: StudioServices
    private let maps = KeptMaps()

    init(studio: StudioServices) {
        self.studio = studio
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/generations") { request, _ in try await list(request) }
        router.get("api/generations/:id") { _, context in
            let id = try context.id(GenerationID.self)
            return try await run { try Details(try $0.generations.generation(id), in: $0) }
        }
        router.delete("api/generations/:id") { _, context in
            let id = try context.id(GenerationID.self)
            return try await run { try $0.generations.remove(id) }
        }
        router.get("api/generations/:id/picture") { request, context in
            let id = try context.id(GenerationID.self)
            guard request.query("width") == nil else {
                return try await studio.copy(request) { library, width in
                    try library.thumbnails.copy(
                        of: try library.generations.generation(id), width: width)
                }
            }
            return try await whole(id)
        }
        router.post("api/generations/:id/rate") { request, context in
            let id = try context.id(GenerationID.self)
            let rating = try await RequestBody.json([String: Int].self, request)["rating"] ?? 0
            return try await run { Item(try $0.generations.rate(id, rating)) }
        }
        router.get("api/generations/:id/map") { _, context in
            let id = try context.id(GenerationID.self)
            return try await run { library in try maps.map(of: id, in: library) }
        }
        router.get("api/generations/:id/export") { request, context in
            try await export(try context.id(), request)
        }
        router.post("api/verify") { request, _ in try await verify(request) }
    }

    /// The file as it is kept.
    private func whole(_ id: GenerationID) async throws -> Response {
        let open = studio.library
        return try await Blocking.run {
            let generation = try open.library.generations.generation(id)
            guard let path = generation.file else {
                throw LibraryError.elsewhere(kind: "generation", device: generation.deviceName)
            }
            let bytes = try LibraryFile.read(
                URL(filePath: path), limit: StyleKit.Limits.fileBytes)
            return FileReply.reply(bytes, "image/png", isLasting: true)
        }
    }

    // MARK: List

    private struct List: Encodable {
        /// Newest first.
        let items: [Item]
        /// After which id the next page begins; left out after the last.
        let next: GenerationID?
        /// How many pictures there are in all, sheets left out.
        let total: Int
    }

    private enum Which: String {
        case all
        case rated
        case countersigned
        case sheets

        func holds(_ generation: Generation) -> Bool {
            switch self {
            case .all: !generation.isSheet
            case .rated: !generation.isSheet && generation.rating > 0
            case .countersigned: !generation.isSheet && generation.standing == .countersigned
            case .sheets: generation.isSheet
            }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let limit = try request.number("limit", in: 1...Limits.worksAtOnce, or: 80)
        guard let which = Which(rawValue: request.query("which") ?? "all") else {
            throw APIError.malformed("which is all, rated, countersigned or sheets.")
        }
        let after = request.query("after").flatMap { GenerationID(hex: $0) }
        return try await run { library in
            let all = Array(try library.generations.all().reversed())
            var chosen = all.filter(which.holds)
            if which == .rated {
                // Stable: newest first within one rating.
                chosen = (1...5).reversed().flatMap { stars in
                    chosen.filter { $0.rating == stars }
                }
            }
            let start = after.flatMap { id in chosen.firstIndex { $0.id == id } }.map { $0 + 1 }
            let rest = chosen.dropFirst(start ?? 0)
            let page = rest.prefix(limit)
            return List(
                items: page.map(Item.init), next: page.count < rest.count ? page.last?.id : nil,
                total: all.count { !$0.isSheet })
        }
    }

    // MARK: Export and verify

    private func export(_ id: GenerationID, _ request: Request) async throws -> Response {
        let types = ["png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"]
        let ending = request.query("format") ?? "png"
        guard let type = types[ending] else {
            throw APIError.malformed("format is png, jpg or webp.")
        }
        let isClean = request.query("watermark") == "0"
        return try await sendFile(type) { library, folder in
            let file = folder.appending(path: "\(id.short).\(ending)")
            _ = try library.generations.export(id, to: file, withoutWatermark: isClean)
            return (file, file.lastPathComponent)
        }
    }

    private struct Verdict: Encodable {
        let verification: Verification
        /// What its hidden mark tells, where its bytes and pixels tell nothing.
        let mark: FoundMark?
    }

    private func verify(_ request: Request) async throws -> Response {
        let file = try await RequestBody.file(
            request, limit: StyleKit.Limits.fileBytes, in: studio.library.folder)
        return try await run { library in
            try file.using { file in
                let verification = try library.generations.verify(file)
                let mark =
                    verification.generation == nil
                    ? try library.generations.findMark(in: file) : nil
                return Verdict(verification: verification, mark: mark)
            }
        }
    }
}

extension PictureRoom {
    /// A generation in the list.
    struct Item: Encodable {
        let id: GenerationID
        let width: Int
        let height: Int
        let isHere: Bool
        let isSheet: Bool
        let deviceName: String
        let modelId: ModelID?
        let modelName: String
        /// As text: it may be larger than a number of JavaScript is exact.
        let seed: String
        let kind: String
        let drafts: Int
        let draft: Int
        let sheet: GenerationID?
        let rating: Int
        let standing: Generation.Standing
        let refusal: String
        let isSourceWithdrawn: Bool
        let createdAt: Moment
        /// The number of the draft that it was, for the list of what was finished.
        let number: Int
        let picture: String
        let preview: PicturePreview?

        init(_ generation: Generation) {
            (id, width, height) = (generation.id, generation.width, generation.height)
            (isHere, isSheet) = (generation.file != nil, generation.isSheet)
            deviceName = generation.deviceName
            (modelId, modelName) = (generation.modelId, generation.modelName)
            (seed, kind) = ("\(generation.seed)", generation.kind)
            (drafts, draft, sheet) = (generation.drafts, generation.draft, generation.sheet)
            (rating, standing) = (generation.rating, generation.standing)
            (refusal, isSourceWithdrawn) = (generation.refusal, generation.isSourceWithdrawn)
            createdAt = generation.createdAt
            number = generation.draft
            picture = "api/generations/\(generation.id)/picture"
            preview = generation.preview
        }
    }

    /// A work in a picture; without a title where it was removed.
    private struct Source: Encodable {
        let id: WorkID
        let title: String?
        let width: Int
        let height: Int
        let isHere: Bool
        let share: Double
        let preview: PicturePreview?
    }

    /// A generation with what is known of it.
    private struct Details: Encodable {
        let generation: Item
        let works: [Source]
        /// What its exports carry beside the pixels, with and without the watermark.
        let writes: [String: [String]]
        /// The picture after it, and before it, in the list.
        let previous: GenerationID?
        let next: GenerationID?
        /// Other pictures from its sheet, or else by its style.
        let mates: [Item]

        init(_ generation: Generation, in library: Library) throws {
            self.generation = Item(generation)
            let works = Dictionary(
                try library.works.all().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }
            )
            self.works = generation.sources.map { source in
                let work = works[source.work]
                return Source(
                    id: source.work, title: work?.title, width: work?.width ?? 1,
                    height: work?.height ?? 1, isHere: work?.isHere ?? false,
                    share: source.share, preview: work?.preview)
            }
            writes = ["marked": ["watermark", "hidden-mark"], "clean": ["hidden-mark"]]
            let pictures = try library.generations.all().filter { !$0.isSheet }
            let place = pictures.firstIndex { $0.id == generation.id }
            next = place.flatMap { $0 > 0 ? pictures[$0 - 1].id : nil }
            previous = place.flatMap { $0 + 1 < pictures.count ? pictures[$0 + 1].id : nil }
            let others = pictures.filter { $0.id != generation.id && $0.file != nil }
            let siblings = others.filter { $0.sheet != nil && $0.sheet == generation.sheet }
            let relatives = others.filter { $0.modelId == generation.modelId }
            mates = (siblings.isEmpty ? relatives : siblings)
                .suffix(Limits.matesAtOnce).reversed().map(Item.init)
        }
    }
}

/// The maps that were drawn lately: each takes as long as drawing the picture.
private final class KeptMaps: Sendable {
    private let kept = Mutex<[(id: GenerationID, map: SourceOutlines)]>([])

    func map(of id: GenerationID, in library: Library) throws -> SourceOutlines {
        if let known = kept.withLock({ $0.first { $0.id == id } }) { return known.map }
        let map = try library.generations.sourceOutlines(of: id)
        kept.withLock { kept in
            if kept.count >= Limits.keptMaps { kept.removeFirst() }
            kept.append((id, map))
        }
        return map
    }
}
