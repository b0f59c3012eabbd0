import AtelierProtocol
import struct Crypto.SHA256
import Hummingbird
import HTTPTypes
import NIOCore
import NIOHTTP1
import SignedObjects

/// Reads a request's body: bounded, and hashed while it comes.
struct BodyReader {
    let budget: BodyBudget
    /// The most bytes that the route takes.
    let limit: Int

    /// How many bytes the header says.
    ///
    /// - Throws: ``ServerError`` where that is too many.
    func declared(_ request: Request) throws -> Int? {
        guard let text = request.headers[.contentLength] else { return nil }
        guard let count = Int(text), count >= 0 else {
            throw ServerError.refused(.malformed, detail: "The Content-Length is no length.")
        }
        guard count <= limit else { throw Self.tooLarge }
        return count
    }

    /// The body and its digest.
    ///
    /// - Throws: ``ServerError``; ``RequestAborted`` where the peer went before its end.
    func read(_ request: Request, for sender: String) async throws -> (bytes: [UInt8], Digest) {
        let declared = try declared(request)
        if declared == 0 { return ([], Digest(of: [])) }
        do {
            return try await read(request, declared: declared, for: sender)
        } catch let excess as BodyBudget.Excess {
            throw Self.refusal(excess)
        } catch is HTTPParserError {
            throw ServerError.refused(.malformed, detail: "The body cannot be read.")
        }
    }

    private func read(
        _ request: Request, declared: Int?, for sender: String
    ) async throws -> (bytes: [UInt8], Digest) {
        var share: BodyBudget.Share?
        var hash = SHA256()
        var bytes: [UInt8] = []
        for try await buffer in request.body where buffer.readableBytes > 0 {
            guard bytes.count + buffer.readableBytes <= limit else { throw Self.tooLarge }
            // A request without a body takes nothing of the budget.
            if share == nil {
                share = try budget.begin(for: sender)
                bytes.reserveCapacity(declared ?? 0)
            }
            try share?.take(buffer.readableBytes)
            buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        // The framework reports the end of the connection as the end of the body.
        if let declared, bytes.count < declared { throw RequestAborted() }
        _ = consume share
        return (bytes, Digest(checked: Array(hash.finalize())))
    }

    private static var tooLarge: ServerError {
        .refused(.tooLarge, detail: "Send it in smaller parts.")
    }

    private static func refusal(_ excess: BodyBudget.Excess) -> ServerError {
        switch excess {
        case .sender:
            .refused(
                .tooMany, detail: "Too many requests at once. Send them one after the other.",
                retryAfter: 1)
        case .memory:
            .refused(.unavailable, detail: "Try again in a few seconds.", retryAfter: 5)
        }
    }
}

/// The peer went before its request was there: nobody reads an answer.
struct RequestAborted: Error {}
