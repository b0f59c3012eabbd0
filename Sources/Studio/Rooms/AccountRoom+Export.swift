import AtelierLibrary
import Foundation
import Hummingbird

extension AccountRoom {
    /// What an export would write, and where.
    private struct ExportPlan: Encodable {
        /// A folder that does not exist yet.
        let folder: String
        let works: Int
        let pictures: Int
        /// How many of both are on other devices: listed, not copied.
        let elsewhere: Int
        /// The size of the copied files.
        let bytes: Int
    }

    private struct ExportOrder: Decodable {
        let folder: String
    }

    /// Shows what an export writes before it is made, then makes it.
    func addExport(to router: Router<BasicRequestContext>) {
        router.get("api/account/export") { _, _ in try await run(Self.plan) }
        router.post("api/account/export") { request, _ in
            let order = try await RequestBody.json(ExportOrder.self, request)
            let target = try ExportFolder.target(order.folder)
            let library = try studio.library.library
            let job = try studio.jobs.start("export") { _ in
                try library.backup.exportAll(to: target)
            }
            return try JSONReply.reply(["job": job.id], status: .accepted)
        }
    }

    private static func plan(_ library: Library) throws -> ExportPlan {
        let works = try library.works.all()
        let pictures = try library.generations.all()
        let files = works.compactMap(\.file) + pictures.compactMap(\.file)
        return ExportPlan(
            folder: ExportFolder.free(named: "Atelier \(try library.today)"),
            works: works.count { $0.isHere },
            pictures: pictures.count { $0.file != nil },
            elsewhere: works.count + pictures.count - files.count,
            bytes: files.reduce(0) { $0 + LibraryFile.size(of: URL(filePath: $1)) })
    }
}
