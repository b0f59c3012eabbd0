import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects
import SystemSupport

/// Reads the bodies of requests.
enum RequestBody {
    /// The JSON body, in the form of ``JSONReply``.
    ///
    /// - Throws: ``APIError`` for a body that is too large or not of this form.
    static func json<Value: Decodable>(
        _ type: Value.Type = Value.self, _ request: Request
    ) async throws -> Value {
        let bytes = try await bytes(request, limit: Limits.messageBytes)
        do {
            return try CanonicalJSON.decode(
                Value.self, from: Data(bytes.isEmpty ? [123, 125] : bytes))
        } catch {
            throw APIError.malformed("The request does not have the form that the page sends.")
        }
    }

    /// The whole body.
    ///
    /// - Throws: ``APIError`` where it is larger than `limit` bytes.
    static func bytes(_ request: Request, limit: Int) async throws -> [UInt8] {
        try checkLength(request, limit: limit)
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else { throw tooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// Writes the body to a file of a folder of its own in the library, piece by piece.
    ///
    /// - Parameters:
    ///   - name: The name that the file had where the artist took it from; only its last part
    ///     counts.
    ///   - limit: The most bytes.
    /// - Returns: The file, which is deleted with the returned value.
    /// - Throws: ``APIError``; ``LibraryError/unwritable(path:reason:)``.
    static func file(
        _ request: Request, named name: String = "picture", limit: Int,
        in folder: LibraryFolder
    ) async throws -> UploadedFile {
        try checkLength(request, limit: limit)
        let file = try UploadedFile(named: name, in: folder)
        var count = 0
        for try await part in request.body {
            count += part.readableBytes
            guard count <= limit else { throw tooLarge(limit) }
            try file.write(Array(part.readableBytesView))
        }
        try file.close()
        return file
    }

    private static func checkLength(_ request: Request, limit: Int) throws {
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard (0...limit).contains(length) else { throw tooLarge(limit) }
    }

    private static func tooLarge(_ limit: Int) -> APIError {
        APIError(
            code: "too-large",
            what: "This is larger than \(limit / (1 << 20)) MiB, the largest size that is taken.",
            status: .contentTooLarge)
    }
}

/// A file that a page sent, in a folder of its own.
final class UploadedFile: Sendable {
    /// Where it is; the last part is the name that it had on the artist's disk.
    let url: URL
    private let handle: FileHandle

    /// Makes an empty file.
    init(named name: String, in folder: LibraryFolder) throws {
        let place = folder.incoming
        try LibraryFile.makeFolder(place)
        let own = place.appending(path: Hexadecimal.encode(SecureRandom.bytes(8)))
        try LibraryFile.makeFolder(own)
        url = own.appending(path: Self.safe(name))
        handle = try LibraryFile.create(url)
    }

    deinit {
        try? handle.close()
        try? FileManager.default.removeItem(at: url.deletingLastPathComponent())
    }

    /// Appends a piece.
    func write(_ bytes: [UInt8]) throws {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw LibraryError.unwritable(
                path: "The library's folder", reason: "the disk is full or fails")
        }
    }

    /// Ends the writing.
    func close() throws { try handle.close() }

    /// Does something with the file; an error is told without the folder that the artist never saw.
    func using<Result>(_ body: (URL) throws -> Result) throws -> Result {
        do {
            return try body(url)
        } catch {
            var told = APIError(error)
            let folder = url.deletingLastPathComponent().path(percentEncoded: false)
            told.what = told.what.replacing(folder, with: "")
                .replacing(Self.keptFile, with: "The library's folder")
                .replacing("No space left on device", with: "the disk is full or fails")
            throw told
        }
    }

    /// The path of a file of the library, which has a digest for a name: it tells the artist
    /// nothing.
    private static var keptFile: Regex<Substring> { /\/.*\/[0-9a-f]{64}\.[a-z]+/ }

    /// The last part of a name, short enough for a file system, and never hidden.
    private static func safe(_ name: String) -> String {
        let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let scalars = last.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        var safe = ""
        for character in String(String.UnicodeScalarView(scalars)).drop(while: { $0 == "." })
        where safe.utf8.count + character.utf8.count <= Limits.fileNameBytes {
            safe.append(character)
        }
        return safe.isEmpty ? "picture" : safe
    }
}

extension LibraryFolder {
    /// Where files that a page sends lie until they are used.
    var incoming: URL { root.appending(path: "incoming") }
}

extension RequestContext {
    /// The id in the path.
    ///
    /// - Throws: ``APIError/notFound`` where it is none.
    func id<ID: FixedBytes>(_ type: ID.Type = ID.self, _ name: String = "id") throws -> ID {
        guard let text = parameters.get(name), let id = ID(hex: text) else {
            throw APIError.notFound
        }
        return id
    }
}

extension Request {
    /// A value of the query.
    func query(_ name: String) -> String? { queries(name).first }

    /// All values of a name in the query, as forms and `URLSearchParams` write them.
    func queries(_ name: String) -> [String] {
        (uri.query ?? "").split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, Self.decoded(first) == name else { return nil }
            return parts.count == 2 ? Self.decoded(parts[1]) : ""
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let text = text.replacing("+", with: " ")
        return text.removingPercentEncoding ?? String(text)
    }

    /// A whole number of the query within a range.
    func number(_ name: String, in range: ClosedRange<Int>, or usual: Int) throws -> Int {
        guard let text = query(name) else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw APIError.malformed(
                "\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}

/// Answers with bytes of a file.
enum FileReply {
    /// - Parameter download: The name under which the browser keeps it; nil shows it.
    static func reply(
        _ bytes: [UInt8], _ type: String, download: String? = nil, isLasting: Bool = false
    ) -> Response {
        var headers: HTTPFields = [.contentType: type]
        if isLasting { headers[.cacheControl] = "private, max-age=31536000, immutable" }
        if let download {
            let name =
                download.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "file"
            headers[.contentDisposition] = "attachment; filename*=UTF-8''\(name)"
        }
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
