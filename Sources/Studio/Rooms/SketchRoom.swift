import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit

/// Sketches: what the pad keeps while it is used, as plain files in the library's folder.
///
/// A sketch is a folder with `sketch.json`, which only the page reads, and PNG files: the layers, a
/// picture underneath, and `picture.png`, the whole that drafts are drawn from.
struct SketchRoom: Room {
    let studio: StudioServices

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/sketches/:sketch") { _, context in
            let file = try file(context, "sketch.json")
            // A first visit is no error.
            guard LibraryFile.exists(file) else { return Response(status: .noContent) }
            return FileReply.reply(try read(file), "application/json")
        }
        router.put("api/sketches/:sketch") { request, context in
            let bytes = try await RequestBody.bytes(request, limit: Limits.sketchListBytes)
            guard (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any] else {
                throw APIError.malformed("The list of a sketch's layers is a JSON object.")
            }
            return try write(bytes, to: try file(context, "sketch.json"))
        }
        router.get("api/sketches/:sketch/:part") { _, context in
            FileReply.reply(try read(try part(context)), "image/png")
        }
        router.put("api/sketches/:sketch/:part") { request, context in
            let bytes = try await RequestBody.bytes(request, limit: Limits.sketchPartBytes)
            guard PictureFormat(sniffing: bytes) == .png else {
                throw APIError.malformed("The parts of a sketch are PNG files.")
            }
            return try write(bytes, to: try part(context))
        }
        router.delete("api/sketches/:sketch/:part") { _, context in
            let file = try part(context)
            if LibraryFile.exists(file) { try FileManager.default.removeItem(at: file) }
            return Response(status: .noContent)
        }
    }

    /// The file of a sketch's whole.
    ///
    /// - Throws: ``APIError`` where the name is none.
    static func picture(of sketch: String, in folder: LibraryFolder) throws -> URL {
        guard SketchFileName.isName(sketch) else { throw APIError.notFound }
        return folder.sketches.appending(path: "\(sketch)/picture.png")
    }

    private func part(_ context: BasicRequestContext) throws -> URL {
        let name = try context.parameters.require("part")
        guard SketchFileName.isName(name) else { throw APIError.notFound }
        return try file(context, "\(name).png")
    }

    private func file(_ context: BasicRequestContext, _ name: String) throws -> URL {
        let sketch = try context.parameters.require("sketch")
        guard SketchFileName.isName(sketch) else { throw APIError.notFound }
        // A sketch belongs to a library.
        _ = try studio.library.library
        return studio.library.folder.sketches.appending(path: "\(sketch)/\(name)")
    }

    private func read(_ file: URL) throws -> [UInt8] {
        guard LibraryFile.exists(file) else { throw APIError.notFound }
        return try LibraryFile.read(file, limit: Limits.sketchPartBytes)
    }

    private func write(_ bytes: [UInt8], to file: URL) throws -> Response {
        let folder = file.deletingLastPathComponent()
        try LibraryFile.makeFolder(studio.library.folder.sketches)
        try LibraryFile.makeFolder(folder)
        let known = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        guard LibraryFile.exists(file) || known.count < Limits.sketchParts else {
            throw APIError(
                code: "too-many", what: "A sketch has at most \(Limits.sketchParts) parts.")
        }
        try LibraryFile.write(bytes, to: file, replacing: true)
        return Response(status: .noContent)
    }
}
