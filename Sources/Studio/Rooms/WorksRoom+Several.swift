import AtelierLibrary
import Foundation
import Hummingbird
import SignedObjects

/// What is done with several works at once.
extension WorksRoom {
    func addSeveral(to router: Router<BasicRequestContext>) {
        router.post("api/several/tags") { request, _ in try await tag(request) }
        router.post("api/several/consequences") { request, _ in
            let ids = try await RequestBody.json(Chosen.self, request).ids
            return try await run { library in
                TogetherGone(try ids.map { try library.withdrawals.consequences(ofRemoving: $0) })
            }
        }
        router.post("api/several/removal") { request, _ in
            let chosen = try await RequestBody.json(Chosen.self, request)
            let (ids, isForGood) = (try chosen.ids, chosen.isForGood == true)
            return try await run(freesRoom: true) { library in
                TogetherGone(
                    try ids.map { try library.withdrawals.remove($0, forGood: isForGood) })
            }
        }
        router.get("api/several/protected") { _, _ in
            try await run {
                ["folder": ExportFolder.free(named: "Atelier \(try $0.today) protected")]
            }
        }
        router.post("api/several/protected") { request, _ in try await protect(request) }
    }

    /// The works that a request is about, and what some acts ask besides.
    private struct Chosen: Decodable {
        let works: [String]
        /// The tags that they get.
        let tags: [String]?
        /// Where copies are written.
        let folder: String?
        /// Whether they cannot be taken back.
        let isForGood: Bool?

        /// - Throws: ``APIError`` where one is no id, or they are too many.
        var ids: [WorkID] { get throws { try WorksRoom.ids(works) } }
    }

    /// What goes with works, or went: each style and picture counted once.
    private struct TogetherGone: Encodable {
        let works: Int
        let styles: [StyleName]
        let pictures: Int

        init(_ removals: [WorkRemoval]) {
            works = removals.count
            let models = Dictionary(
                removals.flatMap(\.models).map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
            styles = models.values.sorted { $0.name < $1.name }.map(StyleName.init)
            pictures = Set(removals.flatMap(\.generations).map(\.id)).count
        }
    }

    private func tag(_ request: Request) async throws -> Response {
        let chosen = try await RequestBody.json(Chosen.self, request)
        let (ids, tags) = (try chosen.ids, chosen.tags ?? [])
        return try await run { library in
            for id in ids {
                _ = try library.works.edit(id, title: nil, note: nil, adding: tags, removing: [])
            }
            return ["works": ids.count]
        }
    }

    /// How copies that say no came out.
    private struct Copies: Encodable {
        struct Failed: Encodable {
            let title: String
            let reason: String
        }

        let folder: String
        var written = 0
        var failed: [Failed] = []
    }

    /// Writes a copy of each work that says that no AI may be trained on it; what cannot be copied
    /// is told, and keeps no other from it.
    private func protect(_ request: Request) async throws -> Response {
        let chosen = try await RequestBody.json(Chosen.self, request)
        let (ids, target) = (try chosen.ids, try ExportFolder.target(chosen.folder ?? ""))
        let library = try studio.library.library
        let job = try studio.jobs.start("protect") { job in
            var copies = Copies(folder: target.path(percentEncoded: false))
            for (index, id) in ids.enumerated() {
                guard !job.isStopped else { throw CancellationError() }
                let title = try library.works.work(id).title
                do {
                    copies.written += try library.works.protect([id], to: target).count
                } catch {
                    copies.failed.append(Copies.Failed(title: title, reason: Failure(error).text))
                }
                job.progress(Double(index + 1) / Double(ids.count))
            }
            return copies
        }
        return try JSONReply.reply(["job": job.id], status: .accepted)
    }
}
