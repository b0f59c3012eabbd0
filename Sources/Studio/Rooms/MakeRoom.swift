import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit
import Synchronization

/// Make: drafts, and drafts drawn in full.
struct MakeRoom: Room {
    let studio: StudioServices

    func add(to router: Router<BasicRequestContext>) {
        router.post("api/drafts") { request, _ in
            let order = try await RequestBody.json(DraftOrder.self, request)
            let library = try studio.library.library
            let wanted = try order.order(in: studio.library.folder)
            return try drafts { try library.generations.generate(wanted, $0).generation }
        }
        router.get("api/unfinished") { _, _ in
            let library = try studio.library.library
            return try JSONReply.reply(["unfinished": try unfinished(in: library)])
        }
        router.post("api/unfinished/resume") { _, _ in
            let library = try studio.library.library
            return try drafts { watch in
                let outcome = try library.generations.resume(watch)
                guard let generation = outcome.finished.last?.generation else {
                    let reason = outcome.unfinished.first?.reason ?? "nothing was interrupted"
                    throw APIError(code: "unfinished", what: "Nothing can be finished: \(reason).")
                }
                return generation
            }
        }
        router.post("api/generations") { request, _ in try await finish(request) }
    }

    /// What is paid for and was interrupted: nothing before the library joined a server.
    private func unfinished(in library: Library) throws -> [UnfinishedGeneration] {
        do {
            return try library.generations.unfinished()
        } catch let error where Failure(error).kind == .refused {
            return []
        }
    }

    // MARK: Drafts

    /// What the page is told of a sheet while it is drawn.
    private struct SheetProgress: Encodable {
        /// The drafts that are there.
        var drafts: [DraftPicture] = []
        let count: Int
        /// The sheet; left out until all drafts are drawn.
        var sheet: GenerationID?
        /// Whether the sheet was there before, and no draft was drawn.
        var isRepeat = false
    }

    private struct DraftPicture: Encodable {
        let number: Int
        let picture: String
    }

    /// Starts a job that draws a sheet and shows each draft once it is there.
    private func drafts(
        _ draw: @escaping @Sendable (DrawingWatch) throws -> Generation
    ) throws -> Response {
        let job = try studio.jobs.start("drafts") { job in
            let told = Mutex(SheetProgress(count: StyleKit.Limits.drafts))
            let watch = DrawingWatch(
                progress: { job.progress($0) },
                draft: { number, png in
                    job.picture("draft-\(number)", png)
                    job.result(
                        told.changed {
                            $0.drafts.append(
                                DraftPicture(
                                    number: number,
                                    picture: "api/jobs/\(job.id)/pictures/draft-\(number)"))
                        })
                },
                isCancelled: { job.isStopped })
            let sheet = try draw(watch)
            return told.changed {
                $0.sheet = sheet.id
                $0.isRepeat = $0.drafts.isEmpty
            }
        }
        return try JSONReply.reply(["job": job.id], status: .accepted)
    }

    // MARK: In full

    private struct Picks: Decodable {
        let sheet: String
        let picks: [Int]
    }

    /// What the page is told while drafts are drawn in full.
    private struct FinishingProgress: Encodable {
        /// The draft that is being drawn.
        var number: Int
        /// The picture so far; another address with each that is sharper.
        var preview: String?
        var generations: [PictureRoom.Item] = []
    }

    private func finish(_ request: Request) async throws -> Response {
        let order = try await RequestBody.json(Picks.self, request)
        guard let sheet = GenerationID(hex: order.sheet), let first = order.picks.first,
            order.picks.count <= StyleKit.Limits.drafts
        else { throw APIError.malformed("Name a sheet and the drafts to draw in full.") }
        let library = try studio.library.library
        let job = try studio.jobs.start("generations") { job in
            let told = Mutex(FinishingProgress(number: first))
            let count = Double(order.picks.count)
            for (index, number) in order.picks.enumerated() {
                job.result(told.changed { $0.number = number })
                let version = Mutex(0)
                let watch = DrawingWatch(
                    progress: { job.progress((Double(index) + $0) / count) },
                    preview: { png in
                        let next = version.changed { $0 += 1 }
                        job.picture("preview-\(number)", png)
                        job.result(
                            told.changed {
                                $0.preview =
                                    "api/jobs/\(job.id)/pictures/preview-\(number)?v=\(next)"
                            })
                    },
                    isCancelled: { job.isStopped })
                let made = try library.generations.pick([number], of: sheet, watch)
                job.result(
                    told.changed { $0.generations += made.map(PictureRoom.Item.init) })
            }
            return told.withLock { $0 }
        }
        return try JSONReply.reply(["job": job.id], status: .accepted)
    }
}

/// What the page orders.
private struct DraftOrder: Decodable {
    enum Mode: String, Decodable {
        case sketch
        case after
        case figure
        case compose
        case collage
        case tile
    }

    let style: String
    let mode: Mode
    /// The name of a kept sketch: what is drawn from, or what is painted after.
    let sketch: String?
    /// The work that is painted after.
    let work: String?
    let closeness: Int?
    /// As text: a browser's numbers hold 53 bits only.
    let seed: String?
    /// Width and height in pixels.
    let size: [Int]
    let originality: Int?
    let count: Int?
    /// Whether a sketch becomes a tile.
    let tile: Bool?
    /// The works that give a figure its parts.
    let pose: String?
    let head: String?
    let colours: String?

    /// The library's order.
    ///
    /// - Throws: ``APIError`` for ids and sizes that are none.
    func order(in folder: LibraryFolder) throws -> GenerationOrder {
        guard let model = ModelID(hex: style), size.count == 2 else {
            throw APIError.malformed("An order names a style and a size.")
        }
        let picture = try sketch.map { try SketchRoom.picture(of: $0, in: folder) }
        return GenerationOrder(
            model: model, seed: try number(seed), width: size[0], height: size[1],
            sketch: mode == .sketch ? picture : nil, kind: try kind(picture),
            originality: originality ?? 50, drafts: count ?? StyleKit.Limits.drafts)
    }

    private func kind(_ picture: URL?) throws -> GenerationOrder.Kind {
        switch mode {
        case .sketch: tile == true ? .tile : .free
        case .compose: .free
        case .collage: .collage
        case .tile: .tile
        case .figure:
            .figure(pose: try id(pose), head: try id(head), colours: try id(colours))
        case .after:
            if let work = try id(work) {
                .after(.work(work), closeness: closeness ?? 45)
            } else if let picture {
                .after(.picture(picture), closeness: closeness ?? 45)
            } else {
                throw APIError.malformed("Name the work or the picture to paint after.")
            }
        }
    }

    private func number(_ seed: String?) throws -> UInt64? {
        try seed.map {
            guard let number = UInt64($0), number <= UInt64(Int64.max) else {
                throw APIError.malformed("A seed is a whole number from 0 to \(Int64.max).")
            }
            return number
        }
    }

    private func id(_ text: String?) throws -> WorkID? {
        try text.map {
            guard let id = WorkID(hex: $0) else { throw APIError.malformed("No work is \($0).") }
            return id
        }
    }
}

extension Mutex where Value: Sendable {
    /// Changes the value and returns it.
    fileprivate func changed(_ change: (inout Value) -> Void) -> Value {
        withLock { value in
            change(&value)
            return value
        }
    }
}
