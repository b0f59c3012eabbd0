import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit
import Synchronization

/// Works: the list, one work, adding, changing, marking, removing.
struct WorksRoom: Room {
    let studio: StudioServices
    private let kept = KeptWorks()

    init(studio: StudioServices) {
        self.studio = studio
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/works") { request, _ in try await list(request) }
        router.post("api/works") { request, _ in try await add(request) }
        router.get("api/works/:id") { _, context in try await show(try context.id()) }
        router.patch("api/works/:id") { request, context in
            try await edit(try context.id(), request)
        }
        router.get("api/works/:id/picture") { request, context in
            let id = try context.id(WorkID.self)
            return try await studio.copy(request) { library, width in
                try library.thumbnails.copy(of: try library.works.work(id), width: width)
            }
        }
        router.get("api/works/:id/protected") { _, context in
            try await protectedCopy(try context.id())
        }
        router.get("api/works/:id/consequences") { _, context in
            let id = try context.id(WorkID.self)
            return try await run { library in
                Consequences(try library.withdrawals.consequences(ofRemoving: id))
            }
        }
        router.delete("api/works/:id") { request, context in
            let id = try context.id(WorkID.self)
            let isForGood = request.query("now") == "1"
            return try await run(freesRoom: true) { library in
                Consequences(try library.withdrawals.remove(id, forGood: isForGood))
            }
        }
        router.put("api/works/:id/areas") { request, context in
            try await setAreas(of: try context.id(), request)
        }
        router.put("api/works/:id/landmarks") { request, context in
            try await setLandmarks(of: try context.id(), request)
        }
        router.delete("api/works/:id/landmarks") { _, context in
            let id = try context.id(WorkID.self)
            return try await run { try Details($0.works.setLandmarks(nil, of: id), in: $0) }
        }
        router.post("api/reservations") { request, _ in try await reserve(request) }
        addSeveral(to: router)
        addTrash(to: router)
    }

    private func addTrash(to router: Router<BasicRequestContext>) {
        router.get("api/trash") { _, _ in try await run { ["objects": try $0.trash.all()] } }
        router.post("api/trash/:id/restore") { _, context in
            let id = try context.id(RowID.self)
            return try await run { try $0.trash.restore(id) }
        }
        router.get("api/trash/:id/certificate") { _, context in
            try await certificate(of: try context.id())
        }
        router.delete("api/trash/:id") { _, context in
            let id = try context.id(RowID.self)
            return try await run(freesRoom: true) { try $0.trash.erase(id) }
        }
    }
}

extension WorksRoom {
    /// A work in the list.
    struct Item: Encodable {
        let id: WorkID
        let title: String
        let note: String
        let tags: [String]
        let width: Int
        let height: Int
        let isHere: Bool
        let deviceName: String
        let basis: String
        let hasLandmarks: Bool
        let preview: PicturePreview?
        let createdAt: Moment

        init(_ work: Work) {
            (id, title, note, tags) = (work.id, work.title, work.note, work.tags)
            (width, height, isHere) = (work.width, work.height, work.isHere)
            (deviceName, basis) = (work.deviceName, work.basis)
            (hasLandmarks, preview) = (work.landmarks != nil, work.preview)
            createdAt = work.createdAt
        }
    }

    /// A work with what is known of it.
    struct Details: Encodable {
        let work: Work
        /// What the file says about training, in words.
        let marks: [String]
        /// The reservation's number; left out where there is none.
        let reservation: Int?
        /// The styles that learned from it.
        let styles: [StyleName]

        init(_ work: Work, in library: Library) throws {
            let work = try library.works.work(work.id)
            self.work = work
            marks = work.markTexts
            reservation = try library.rights.reservationNumber(of: work.id)
            styles = try library.styles.all().filter { $0.works.contains(work.id) }
                .map(StyleName.init)
        }
    }

    /// A style by its id and name.
    struct StyleName: Encodable {
        let id: ModelID
        let name: String

        init(_ model: Model) { (id, name) = (model.id, model.name) }
    }

    /// What goes with a work, or went.
    struct Consequences: Encodable {
        let title: String
        let styles: [StyleName]
        let pictures: Int

        init(_ removal: WorkRemoval) {
            title = removal.work.title
            styles = removal.models.map(StyleName.init)
            pictures = removal.generations.count
        }
    }

    private struct List: Encodable {
        /// Newest first.
        let works: [Item]
        /// What to ask for the next page with; left out on the last one.
        let next: WorkID?
        /// How many works the library holds.
        let total: Int
        /// The tags, those of most works first.
        let tags: [Tag]
        /// How many styles the library holds.
        let styles: Int
    }

    private struct Tag: Encodable {
        let tag: String
        let count: Int
    }

    private func list(_ request: Request) async throws -> Response {
        let limit = try request.number(
            "limit", in: 1...Limits.worksAtOnce, or: Limits.worksAtOnce)
        let (tag, find) = (request.query("tag"), request.query("find")?.lowercased())
        let after = try request.query("after").map { text in
            guard let id = WorkID(hex: text) else { throw APIError.malformed("after is no id.") }
            return id
        }
        return try await run { library in
            let all = try kept.items(of: library)
            let chosen = all.filter { work in
                (tag.map { work.tags.contains($0) } ?? true)
                    && (find.map { Self.fits(work, $0) } ?? true)
            }
            let start = after.flatMap { id in chosen.firstIndex { $0.id == id } }.map { $0 + 1 }
            let works = chosen.dropFirst(start ?? 0).prefix(limit)
            return List(
                works: Array(works),
                next: works.endIndex < chosen.endIndex ? works.last?.id : nil, total: all.count,
                tags: Self.tags(of: all), styles: try library.styles.all().count)
        }
    }

    /// Whether a lowercase text is in the title, the note or a tag.
    private static func fits(_ work: Item, _ text: String) -> Bool {
        ([work.title, work.note] + work.tags).contains { $0.lowercased().contains(text) }
    }

    private static func tags(of works: [Item]) -> [Tag] {
        var counts: [String: Int] = [:]
        for work in works { for tag in work.tags { counts[tag, default: 0] += 1 } }
        return counts.map { Tag(tag: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.tag) < ($0.count, $1.tag) }
    }

    private func show(_ id: WorkID) async throws -> Response {
        try await run { try Details($0.works.work(id), in: $0) }
    }

    /// What became of a file.
    private struct Added: Encodable {
        let work: Item
        let isDuplicate: Bool
        let resemblance: Resemblance?
        let notes: [String]
    }

    /// Adds the picture that is the request's body.
    private func add(_ request: Request) async throws -> Response {
        let licence = request.query("licence") ?? ""
        let rights: WorkRights =
            switch request.query("basis") {
            case "mine": .mine
            case "licensed": .licensed(licence)
            case "commissioned": .commissioned(licence)
            default:
                throw APIError.malformed("Say whose the work is: mine, licensed, commissioned.")
            }
        let answer = request.query("answer").flatMap { MarkAnswer(rawValue: $0) } ?? MarkAnswer.none
        let (tags, title) = (request.queries("tag"), request.query("title"))
        let file = try await RequestBody.file(
            request, named: request.query("filename") ?? "", limit: StyleKit.Limits.fileBytes,
            in: studio.library.folder)
        return try await run { library in
            try file.using { file in
                let added = try library.works.add(
                    file, rights: rights, answer: answer,
                    title: title.flatMap { $0.isEmpty ? nil : $0 }, tags: tags)
                return Added(
                    work: Item(added.work), isDuplicate: added.isDuplicate,
                    resemblance: added.resemblance, notes: added.notes)
            }
        }
    }

    private struct Edit: Decodable {
        let title: String?
        let note: String?
        /// All tags that the work has then.
        let tags: [String]?
    }

    private func edit(_ id: WorkID, _ request: Request) async throws -> Response {
        let edit = try await RequestBody.json(Edit.self, request)
        return try await run { library in
            let known = try library.works.work(id).tags
            let wanted = edit.tags ?? known
            let work = try library.works.edit(
                id, title: edit.title, note: edit.note,
                adding: wanted.filter { !known.contains($0) },
                removing: known.filter { !wanted.contains($0) })
            return try Details(work, in: library)
        }
    }
}

/// The list as of the last write: a page of thousands of works does not read them all anew.
private final class KeptWorks: Sendable {
    private let kept = Mutex<(mark: [Int64], items: [WorksRoom.Item])>(([], []))

    /// The works, newest first.
    func items(of library: Library) throws -> [WorksRoom.Item] {
        // Before reading: what is written meanwhile is read the next time.
        let mark = library.writeMark
        if let items = kept.withLock({ $0.mark == mark && !mark.isEmpty ? $0.items : nil }) {
            return items
        }
        let items = try library.works.all().reversed().map(WorksRoom.Item.init)
        kept.withLock { $0 = (mark, items) }
        return items
    }
}
