import AtelierLibrary
import AtelierProtocol
import Foundation
import HTTPTypes
import Hummingbird
import SignedObjects
import StyleKit

extension WorksRoom {
    /// Sets the areas of one kind: those of a painted mask, or none where there is no body.
    func setAreas(of id: WorkID, _ request: Request) async throws -> Response {
        guard let kind = request.query("kind"), ["avoided", "kept_whole"].contains(kind) else {
            throw APIError.malformed("Say which areas: avoided or kept_whole.")
        }
        let isEmpty = request.headers[.contentLength] == "0"
        let mask =
            isEmpty
            ? nil
            : try await RequestBody.file(
                request, named: "mask.png", limit: Limits.maskBytes, in: studio.library.folder)
        let open = studio.library
        return try await Blocking.run {
            let library = try open.library
            let work = try library.works.work(id)
            var areas = work.areas
            let others = kind == "avoided" ? areas.keptWhole.count : areas.avoided.count
            let painted = try mask?.using {
                try library.works.areas(paintedIn: $0, over: work, besides: others)
            }
            if kind == "avoided" {
                areas.avoided = painted ?? []
            } else {
                areas.keptWhole = painted ?? []
            }
            return try JSONReply.reply(
                Details(try library.works.edit(id, areas: areas), in: library))
        }
    }

    /// Sets the landmarks; where the head has no outline, one is proposed.
    func setLandmarks(of id: WorkID, _ request: Request) async throws -> Response {
        let json = try await RequestBody.bytes(request, limit: Limits.messageBytes)
        let open = studio.library
        return try await Blocking.run {
            let library = try open.library
            let work = try library.works.work(id)
            var marks = try library.works.landmarks(
                json: json, named: "What was marked", for: work, needsOutline: false)
            if !String(decoding: json, as: UTF8.self).contains("\"head_outline\"") {
                marks = try library.works.withProposedOutline(marks, of: work).marks
            }
            return try JSONReply.reply(
                Details(try library.works.setLandmarks(marks, of: id), in: library))
        }
    }

    private struct Reservation: Decodable {
        let works: [String]
        let isReserved: Bool
    }

    /// Reserves works against training by others, or ends that.
    func reserve(_ request: Request) async throws -> Response {
        let order = try await RequestBody.json(Reservation.self, request)
        let ids = try Self.ids(order.works)
        let library = try studio.library.library
        let reserved = try await library.rights.reserve(
            ids, order.isReserved ? .reserve : .withdraw)
        return try JSONReply.reply(["works": reserved])
    }

    /// The ids of works that a request names.
    ///
    /// - Throws: ``APIError`` where one is none, or they are too many.
    static func ids(_ texts: [String]) throws -> [WorkID] {
        guard texts.count <= Limits.worksAtOnce else {
            throw APIError.malformed("These are too many works at once.")
        }
        let ids = texts.compactMap { WorkID(hex: $0) }
        guard ids.count == texts.count else { throw APIError.notFound }
        return ids
    }

    /// The deletion certificate of a removed work, with its signatures.
    func certificate(of id: RowID) async throws -> Response {
        try await sendFile("application/jose", limit: Limits.messageBytes) { library, folder in
            let file = folder.appending(path: "certificate-\(id.short).jws")
            try library.rights.write(try library.rights.certificate(ofRemoved: id), to: file)
            return (file, file.lastPathComponent)
        }
    }

    /// A copy that says that no AI may be trained on it.
    func protectedCopy(_ id: WorkID) async throws -> Response {
        try await sendFile("application/octet-stream") { library, folder in
            guard let copy = try library.works.protect([id], to: folder).first else {
                throw APIError.notFound
            }
            let file = URL(filePath: copy.file)
            return (file, file.lastPathComponent)
        }
    }
}
