import AtelierProtocol
import CreditLedger
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

/// The routes of protocol version 1: each decodes, calls, encodes.
struct Routes: Sendable {
    let core: ServerCore

    func add(to router: Router<ServerContext>) {
        router.get("healthz", use: health)
        router.get("readyz", use: ready)
        router.get("v1/server", use: server)
        router.post("v1/accounts", use: register)
        router.post("v1/accounts/:account/device-requests", use: requestDevice)
        router.get("v1/accounts/:account/device-requests/:device", use: approval)
        router.get("v1/device-requests", use: deviceRequests)
        router.post("v1/device-requests/:device/approval", use: approve)
        router.get("v1/devices", use: devices)
        router.post("v1/segments", use: push)
        router.get("v1/segments", use: pull)
        router.post("v1/ledger", use: ledger)
    }

    /// Says that the program runs.
    @Sendable func health(request: Request, context: ServerContext) async throws -> Response {
        Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ok\n")))
    }

    /// Says that the database answers.
    @Sendable func ready(request: Request, context: ServerContext) async throws -> Response {
        _ = try await core.epoch()
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "ready\n")))
    }

    /// What the server says of itself.
    @Sendable func server(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.describe())
    }

    /// Opens an account.
    @Sendable func register(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let (list, isNew) = try await core.register(try decode(incoming), incoming)
        return try json(list, status: isNew ? .created : .ok)
    }

    /// Lets a device wait for approval.
    @Sendable func requestDevice(request: Request, context: ServerContext) async throws -> Response
    {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let account: AccountID = try parameter("account", context)
        try await core.requestDevice(try decode(incoming), account: account, incoming)
        return try json([String: String](), status: .accepted)
    }

    /// The approval of a waiting device.
    @Sendable func approval(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        return try json(
            try await core.approval(
                of: try parameter("device", context), account: try parameter("account", context),
                incoming))
    }

    /// The devices that wait.
    @Sendable func deviceRequests(request: Request, context: ServerContext) async throws -> Response
    {
        try json(try await core.deviceRequests(try await read(request, context, upTo: 0)))
    }

    /// Lets a waiting device in.
    @Sendable func approve(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let device: DeviceID = try parameter("device", context)
        try await core.approve(try decode(incoming), device: device, incoming)
        return try json([String: String](), status: .created)
    }

    /// The devices of the account.
    @Sendable func devices(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.devices(try await read(request, context, upTo: 0)))
    }

    /// Stores a sealed segment.
    @Sendable func push(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.segmentBytes)
        return try json(try await core.push(incoming))
    }

    /// Gives the segments after a place: 8 bytes of sequence, 4 of length, the bytes; repeated.
    @Sendable func pull(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        let query = request.uri.queryParameters
        let after = try number(query["after"], or: 0, in: 0...Int64.max)
        let limit = try number(
            query["limit"], or: Int64(ProtocolLimits.pageSegments),
            in: 1...Int64(ProtocolLimits.pageSegments))
        let page = try await core.pull(after: after, limit: Int(limit), incoming)
        var buffer = ByteBuffer()
        for segment in page {
            buffer.writeInteger(segment.sequence)
            buffer.writeInteger(UInt32(clamping: segment.bytes.count))
            buffer.writeBytes(segment.bytes)
        }
        let epoch = String(try await core.epoch())
        return Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream", .atelierEpoch: epoch],
            body: .init(byteBuffer: buffer))
    }

    /// One contact with the ledger.
    @Sendable func ledger(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        return try json(try await core.exchange(try decode(incoming), incoming))
    }

    private func read(
        _ request: Request, _ context: ServerContext, upTo limit: Int
    ) async throws -> IncomingRequest {
        guard request.uri.string.utf8.count <= Limits.targetBytes else {
            throw ServerError.refused(
                .malformed, detail: "Path and query have at most \(Limits.targetBytes) bytes.")
        }
        let body = try await request.body.collect(upTo: limit)
        return IncomingRequest(
            method: request.method.rawValue, target: request.uri.string,
            body: Array(body.readableBytesView), proof: request.headers[.atelierProof],
            address: context.address)
    }

    private func decode<Value: Decodable>(_ incoming: IncomingRequest) throws -> Value {
        guard
            let value = try? CanonicalJSON.decoder.decode(Value.self, from: Data(incoming.body))
        else {
            throw ServerError.refused(
                .malformed, detail: "The body is not the JSON object that this route takes.")
        }
        return value
    }

    private func parameter<Value: FixedBytes>(
        _ name: String, _ context: ServerContext
    ) throws -> Value {
        guard let value = Value(hex: context.parameters.get(name) ?? "") else {
            throw ServerError.refused(.malformed, detail: "The path's \(name) is not an id.")
        }
        return value
    }

    private func number(
        _ text: Substring?, or usual: Int64, in range: ClosedRange<Int64>
    ) throws -> Int64 {
        guard let text else { return usual }
        guard let value = Int64(text), range.contains(value) else {
            throw ServerError.refused(
                .malformed, detail: "A number in the query is out of its bounds.")
        }
        return value
    }

    private func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(
                byteBuffer: ByteBuffer(bytes: [UInt8](try CanonicalJSON.encoder.encode(value)))))
    }
}
