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
            let target = try Self.target(order.folder)
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
            folder: free(try library.today), works: works.count { $0.isHere },
            pictures: pictures.count { $0.file != nil },
            elsewhere: works.count + pictures.count - files.count,
            bytes: files.reduce(0) { $0 + LibraryFile.size(of: URL(filePath: $1)) })
    }

    /// A folder of the user's that does not exist: the day, and a number where that is taken.
    private static func free(_ day: String) -> String {
        let home = FileManager.default.homeDirectoryForCurrentUser
        let names = [""] + (2...Limits.exportNames).map { " \($0)" }
        let folders = names.map { home.appending(path: "Atelier \(day)\($0)") }
        let folder = folders.first { !LibraryFile.exists($0) } ?? home.appending(path: "Atelier")
        return folder.path(percentEncoded: false)
    }

    /// The folder that was asked for.
    ///
    /// - Throws: ``APIError`` for one that is not named from the root.
    private static func target(_ text: String) throws -> URL {
        let text = text.trimmingCharacters(in: .whitespaces)
        let home = FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false)
        let path = text.hasPrefix("~/") ? home + "/" + text.dropFirst(2) : text
        guard path.hasPrefix("/"), path.utf8.count <= Limits.targetBytes, !path.contains("\0")
        else { throw APIError.malformed("Name the folder from the root, such as \(home)/Atelier.") }
        return URL(filePath: path)
    }
}
