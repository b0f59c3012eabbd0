/// Checks every answer of a transport: numbers that come from a server are within their bounds
/// from here on.
struct CheckedTransport: Transport {
    let base: any Transport

    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let answer = try await base.push(segment)
        try Self.check(answer.server, answer.historyHash)
        guard answer.sequence > .none, answer.sequence <= answer.server.head else {
            throw SessionError.impossibleAnswer("a segment's sequence is not within the account's")
        }
        return answer
    }

    func pull(_ request: PullRequest) async throws -> PulledPage {
        let page = try await base.pull(request)
        try Self.check(page.server, page.historyHash)
        guard
            page.segments.count <= Limits.pageSegments,
            page.segments.allSatisfy({ $0.sequence > .none && $0.sequence <= page.server.head }),
            page.segments.allSatisfy({ $0.bytes.count <= Limits.pageBytes })
        else {
            throw SessionError.impossibleAnswer("a page is too large or beyond its own end")
        }
        return page
    }

    func push(_ chunk: SnapshotChunk) async throws { try await base.push(chunk) }

    func newestSnapshot() async throws -> SnapshotManifest? {
        guard let snapshot = try await base.newestSnapshot() else { return nil }
        guard
            snapshot.id.count == 16, (0...Limits.lastSequence).contains(snapshot.cursor.rawValue),
            (1...Limits.chunks).contains(snapshot.chunkCount)
        else { throw SessionError.impossibleAnswer("a snapshot has no such size or cursor") }
        return snapshot
    }

    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        let bytes = try await base.chunk(index, of: snapshot)
        guard bytes.count <= Limits.segmentBytes else {
            throw SessionError.impossibleAnswer("a chunk of a snapshot is too large")
        }
        return bytes
    }

    private static func check(_ state: ServerState, _ historyHash: [UInt8]?) throws {
        guard
            (0...Limits.lastSequence).contains(state.head.rawValue),
            (.none...state.head).contains(state.floor),
            (.none...state.head).contains(state.horizon),
            (0...Int64(HybridTimestamp.latestMilliseconds)).contains(state.milliseconds),
            (0...Int(Int32.max)).contains(state.epoch),
            historyHash?.count ?? 0 <= Limits.historyHashBytes
        else {
            throw SessionError.impossibleAnswer("its state is outside its bounds")
        }
    }
}
