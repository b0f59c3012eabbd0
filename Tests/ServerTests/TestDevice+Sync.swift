import AtelierProtocol
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import Testing

extension TestDevice {
    /// A second device of the account.
    func letIn(_ name: String, _ client: any TestClientProtocol) async throws -> TestDevice {
        var other = TestDevice(of: server, accountKey: accountKey)
        other.name = name
        let ask = DeviceRequest(
            deviceKey: other.key.verifyingKey, agreementKey: other.agreementKey, name: name)
        _ = try await other.post("/v1/accounts/\(account)/device-requests", ask, client)
        let approval = try approval(of: other)
        let place = "/v1/device-requests/\(other.device)/approval"
        try #require(try await post(place, approval, client).status == 201)
        return other
    }

    /// What lets another device in; the welcome in it is nobody's.
    func approval(of other: TestDevice, epoch: UInt32 = 1) throws -> DeviceApproval {
        let seal = ProvisioningSeal(
            account: account, device: other.device, sealed: "AAAA", epoch: epoch,
            issued: server.now)
        return DeviceApproval(
            accountKey: accountKey.verifyingKey, certificate: try other.certificate(),
            sealedProvisioning: "AAAA",
            provisioningSeal: try JWS(signing: seal, with: accountKey).compact)
    }

    /// Pushes a segment and expects it to be taken.
    @discardableResult
    func push(
        _ segment: [UInt8], _ client: any TestClientProtocol
    ) async throws -> PushAcknowledgement {
        let reply = try await send(.post, "/v1/segments", segment, client)
        try #require(reply.status == 200, "\(String(describing: reply.problem))")
        return PushAcknowledgement(
            sequence: ServerSequence(try reply.decode(PushReply.self).sequence),
            server: try reply.state())
    }

    /// The page after a place.
    func pull(
        after place: Int64, _ client: any TestClientProtocol
    ) async throws -> (segments: [SequencedSegment], state: ServerState) {
        let reply = try await send(.get, "/v1/segments?after=\(place)", client)
        try #require(reply.status == 200, "\(String(describing: reply.problem))")
        return (reply.frames, try reply.state())
    }

    /// The page after a sequence for who has merged less than that.
    func pull(
        after sequence: Int64, merged: Int64, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await send(.get, "/v1/segments?after=\(sequence)&merged=\(merged)", client)
    }

    /// The page after a place for who was given a mark for it.
    func pull(
        after place: Int64, mark: String, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await send(.get, "/v1/segments?after=\(place)&history=\(mark)", client)
    }

    /// The mark that the server gives for a place; pulls after it twice.
    func mark(at place: Int64, _ client: any TestClientProtocol) async throws -> String {
        let page = try await send(.get, "/v1/segments?after=\(place - 1)&limit=1", client)
        let mark = try #require(page.headers[.mark])
        let same = try await send(.get, "/v1/segments?after=\(place)&history=\(mark)", client)
        #expect(same.headers[.history] == nil)
        return mark
    }

    /// Sends one chunk of a snapshot.
    func put(
        _ index: Int, of snapshot: TestSnapshot, filler: Int = 40,
        _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await put(index, of: snapshot, bytes: chunk(index, filler: filler), client)
    }

    /// Sends these bytes as a chunk.
    func put(
        _ index: Int, of snapshot: TestSnapshot, bytes: [UInt8],
        _ client: any TestClientProtocol
    ) async throws -> TestReply {
        let target = "/v1/snapshots/\(snapshot.name)/\(index)?of=\(snapshot.count)"
        return try await send(.put, "\(target)&cursor=\(snapshot.cursor)", bytes, client)
    }

    /// Sends a whole snapshot.
    func upload(
        _ snapshot: TestSnapshot, _ client: any TestClientProtocol
    ) async throws {
        for index in 0..<snapshot.count {
            let reply = try await put(index, of: snapshot, client)
            try #require(reply.status == 201, "\(String(describing: reply.problem))")
        }
    }

    /// The newest snapshot, if there is one.
    func newest(_ client: any TestClientProtocol) async throws -> SnapshotDescription? {
        let reply = try await send(.get, "/v1/snapshot", client)
        if reply.status == 404, reply.problem == .notFound { return nil }
        return try reply.decode()
    }

    /// Sealed bytes for a chunk.
    func chunk(_ index: Int, filler: Int = 40) -> [UInt8] {
        segment(UInt64(index + 1), replica: 200, filler: filler)
    }
}

/// What a test uploads as a snapshot.
struct TestSnapshot {
    let id: UInt8
    var count = 1
    let cursor: ServerSequence

    var name: SnapshotID { SnapshotID(checked: [UInt8](repeating: id, count: 16)) }
}

/// One replica's segments, each after the one before.
struct TestChain {
    let device: TestDevice
    let replica: UInt8
    private(set) var segments: [[UInt8]] = []

    init(of device: TestDevice, replica: UInt8) {
        self.device = device
        self.replica = replica
    }

    mutating func next(filler: Int = 40) -> [UInt8] {
        let previous = segments.last.map { Digest(of: $0).bytes } ?? Digest.zero.bytes
        let segment = device.segment(
            UInt64(segments.count + 1), after: previous, replica: replica, filler: filler)
        segments.append(segment)
        return segment
    }
}

extension HTTPField.Name {
    static let mark = HTTPField.Name("Atelier-History-Hash") ?? .accept
    static let history = HTTPField.Name("Atelier-History") ?? .accept
}

extension TestReply {
    /// What the headers of a push's or pull's reply tell.
    func state() throws -> ServerState {
        let number = { (name: String) in
            try #require(HTTPField.Name(name).flatMap { headers[$0] }.flatMap { Int64($0) })
        }
        let sequence = { (name: String) in ServerSequence(try number(name)) }
        return ServerState(
            milliseconds: try number("Atelier-Time"), epoch: Int(try number("Atelier-Epoch")),
            head: try sequence("Atelier-Head"), floor: try sequence("Atelier-Floor"),
            horizon: try sequence("Atelier-Horizon"))
    }

    /// The segments of a page.
    var frames: [SequencedSegment] {
        var (frames, rest): ([SequencedSegment], ArraySlice<UInt8>) = ([], body[...])
        while rest.count >= 12 {
            let sequence = rest.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let count = rest.dropFirst(8).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            frames.append(
                SequencedSegment(
                    sequence: ServerSequence(sequence),
                    bytes: Array(rest.dropFirst(12).prefix(count))))
            rest = rest.dropFirst(12 + count)
        }
        return frames
    }
}
