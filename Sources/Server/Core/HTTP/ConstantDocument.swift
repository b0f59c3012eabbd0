import Hummingbird
import HTTPTypes
import NIOCore
import SignedObjects

/// A document that never changes while the program runs: its bytes are made once.
struct ConstantDocument: Sendable {
    private let bytes: ByteBuffer
    private let type: String
    private let tag: String

    init(_ text: String, type: String) {
        bytes = ByteBuffer(string: text)
        self.type = type
        tag = "\"\(Digest(of: text).description.prefix(32))\""
    }

    /// The document, or that the asker has it already.
    func response(to request: Request) -> Response {
        let known = request.headers[values: .ifNoneMatch].flatMap { list in
            list.split(separator: ",").map { $0.drop { $0 == " " } }
        }
        let headers: HTTPFields = [
            .contentType: type, .eTag: tag, .cacheControl: "no-cache",
        ]
        guard !known.contains(where: { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }) else {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: bytes))
    }
}
