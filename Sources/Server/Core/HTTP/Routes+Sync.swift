import AtelierProtocol
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects
import SyncKit

extension Routes {
    /// Stores a sealed segment.
    @Sendable func push(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(
            request, context, upTo: ProtocolLimits.segmentBytes, by: .member(.push))
        let answer = try await core.segments.push(incoming)
        return try json(PushReply(sequence: answer.content), headers: headers(of: answer))
    }

    /// Gives the segments after a sequence: 8 bytes of sequence, 4 of length, the bytes; repeated.
    @Sendable func pull(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        let query = request.uri.queryParameters
        let after = try number(query["after"], or: 0, in: 0...Int64.max)
        let merged = try number(query["merged"], or: after, in: 0...after)
        let limit = try number(
            query["limit"], or: Int64(ProtocolLimits.pageSegments),
            in: 1...Int64(ProtocolLimits.pageSegments))
        let answer = try await core.segments.pull(
            after: after, historyHash: try query["history"].map(historyHash), merged: merged,
            limit: Int(limit), incoming)
        var buffer = ByteBuffer()
        for segment in answer.content {
            buffer.writeInteger(segment.sequence)
            buffer.writeInteger(UInt32(clamping: segment.bytes.count))
            buffer.writeBytes(segment.bytes)
        }
        return bytes(buffer, headers: headers(of: answer))
    }

    /// Stores one chunk of a snapshot.
    @Sendable func pushChunk(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(
            request, context, upTo: ProtocolLimits.segmentBytes, by: .member(.chunkIn))
        let query = request.uri.queryParameters
        let chunks = try number(query["of"], in: 1...Int64(ProtocolLimits.snapshotChunks))
        let name = SnapshotStore.Name(
            id: try parameter("snapshot", context),
            cursor: try number(query["cursor"], in: 0...Int64.max), chunks: Int(chunks))
        let isNew = try await core.snapshots.push(chunk: try index(context), of: name, incoming)
        return try json([String: String](), status: isNew ? .created : .ok)
    }

    /// Names the newest whole snapshot.
    @Sendable func snapshot(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.snapshots.newest(try await read(request, context, upTo: 0)))
    }

    /// Gives one chunk of the newest snapshot.
    @Sendable func chunk(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0, by: .member(.chunkOut))
        let chunk = try await core.snapshots.chunk(
            try index(context), of: try parameter("snapshot", context), incoming)
        return bytes(ByteBuffer(bytes: chunk), headers: [:])
    }

    private func index(_ context: ServerContext) throws -> Int {
        let text = context.parameters.get("index").map { Substring($0) }
        return Int(try number(text, in: 0...Int64(ProtocolLimits.snapshotChunks - 1)))
    }

    private func historyHash(_ text: Substring) throws -> HistoryHash {
        guard let historyHash = HistoryHash(hex: String(text)) else {
            throw ServerError.refused(
                .malformed, detail: "The history hash is not 32 digits of base 16.")
        }
        return historyHash
    }

    private func headers<Content>(of answer: Answer<Content>) -> HTTPFields {
        let state = answer.state
        var headers: HTTPFields = [
            .atelierEpoch: String(state.epoch), .atelierHead: state.head.description,
            .atelierFloor: state.floor.description,
            .atelierHorizon: state.horizon.description,
        ]
        headers[.atelierHistoryHash] = answer.historyHash?.description
        if answer.isOtherHistory { headers[.atelierHistory] = "other" }
        if !state.acceptsWrites { headers[.atelierWriting] = "refused" }
        return headers
    }

    private func bytes(_ buffer: ByteBuffer, headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "application/octet-stream"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: buffer))
    }
}
