import AtelierProtocol
import CreditLedger
import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
import SignedObjects

/// What answers the endpoints of protocol version 1: each decodes, calls, encodes.
struct Routes: Sendable {
    let core: ServerCore

    func add(to router: Router<ServerContext>) {
        for endpoint in Endpoint.all {
            guard let route = endpoint.route else {
                preconditionFailure("\(endpoint.method) of \(endpoint.path) is no method")
            }
            router.on(route.path, method: route.method, use: endpoint.handler(self))
        }
    }

    /// Says that the program runs.
    @Sendable func health(request: Request, context: ServerContext) async throws -> Response {
        text("ok\n")
    }

    /// Says that requests can be answered.
    @Sendable func ready(request: Request, context: ServerContext) async throws -> Response {
        try await core.checkReady()
        return text("ready\n")
    }

    /// What the server says of itself.
    @Sendable func server(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.describe())
    }

    /// The document that describes these routes.
    @Sendable func openAPI(request: Request, context: ServerContext) async throws -> Response {
        try OpenAPI.document.get().response(to: request)
    }

    /// Opens an account.
    @Sendable func register(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .guest)
        let registered = try await core.accounts.register(try decode(incoming), incoming)
        let done: HTTPResponse.Status = registered.isNew ? .created : .ok
        return try json(registered.list, status: registered.state == .open ? done : .accepted)
    }

    /// Stores a device's request to join.
    @Sendable func requestDevice(request: Request, context: ServerContext) async throws -> Response
    {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .guest)
        let account: AccountID = try parameter("account", context)
        try await core.devices.request(try decode(incoming), account: account, incoming)
        return try json([String: String](), status: .accepted)
    }

    /// The approval of a waiting device.
    @Sendable func approval(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0, by: .guest)
        return try json(
            try await core.devices.approval(
                of: try parameter("device", context), account: try parameter("account", context),
                incoming))
    }

    /// The devices that wait.
    @Sendable func deviceRequests(request: Request, context: ServerContext) async throws -> Response
    {
        try json(try await core.devices.waiting(try await read(request, context, upTo: 0)))
    }

    /// Adds a waiting device.
    @Sendable func approve(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let device: DeviceID = try parameter("device", context)
        try await core.devices.approve(try decode(incoming), device: device, incoming)
        return try json([String: String](), status: .created)
    }

    /// The devices of the account.
    @Sendable func devices(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.devices.list(try await read(request, context, upTo: 0)))
    }

    /// The entries of the audit log after a serial, without their contents.
    @Sendable func audit(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        let after = try number(
            request.uri.queryParameters["after"], or: 0, in: AuditHead.serials)
        return try json(try await core.audit.page(after: after, incoming))
    }

    /// One contact with the ledger.
    @Sendable func ledger(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(
            request, context, upTo: ProtocolLimits.messageBytes, by: .member(.ledger))
        return try json(try await core.ledgers.exchange(try decode(incoming), incoming))
    }

    /// Who may send a request.
    enum Origin {
        /// A device of an account.
        case member(RequestKind)
        /// A device of no account, which signs with the key that the request is about.
        case guest
        /// Anybody, without a proof.
        case anybody
        /// A moderator whose session was looked at.
        case moderator(String)
    }

    /// Reads a request: first its header, and the body only where the header was accepted.
    func read(
        _ request: Request, _ context: ServerContext, upTo limit: Int,
        by origin: Origin = .member(.account)
    ) async throws -> IncomingRequest {
        guard request.uri.string.utf8.count <= Limits.targetBytes else {
            throw ServerError.refused(
                .malformed, detail: "Path and query have at most \(Limits.targetBytes) bytes.")
        }
        let reader = BodyReader(budget: core.bodies, limit: limit)
        _ = try reader.declared(request)
        var incoming = IncomingRequest(
            method: request.method.rawValue, target: request.uri.string,
            proof: request.headers[.atelierProof],
            sender: core.policy.trustedProxies.sender(
                peer: context.peer, headers: request.headers))
        switch origin {
        case .member(let kind):
            let member = try await core.requests.admit(incoming, as: kind)
            core.connections.prove(context.connection)
            incoming.member = member
            (incoming.body, incoming.digest) = try await reader.read(
                request, for: "device \(member.caller.device)")
            try await core.requests.checkBody(of: incoming)
        case .moderator(let name):
            let count = Rate.Count(
                bucket: "moderator \(name)", limit: Limits.moderatorRequestsPerMinute)
            try await core.requests.limiter.countAlone([count], now: core.clock())
            (incoming.body, incoming.digest) = try await reader.read(
                request, for: "moderator \(name)")
        case .guest, .anybody:
            try await core.requests.limiter.countGuest(incoming)
            if case .guest = origin {
                try RequestGate.checkPlausible(
                    RequestGate.claim(incoming), of: incoming, now: core.clock())
            }
            (incoming.body, incoming.digest) = try await reader.read(
                request, for: "guest \(incoming.sender)")
        }
        return incoming
    }

    func decode<Value: Decodable>(_ incoming: IncomingRequest) throws -> Value {
        do {
            return try CanonicalJSON.decode(Value.self, from: Data(incoming.body))
        } catch {
            let what = (error as? DecodingError).map(BodyFault.init)?.description
            throw ServerError.refused(
                .malformed,
                detail: "The body is not the JSON object that this route takes"
                    + (what.map { ": \($0)." } ?? "."))
        }
    }

    func parameter<Value: FixedBytes>(
        _ name: String, _ context: ServerContext
    ) throws -> Value {
        guard let value = Value(hex: context.parameters.get(name) ?? "") else {
            throw ServerError.refused(.malformed, detail: "The path's \(name) is not an id.")
        }
        return value
    }

    func number(
        _ text: Substring?, or usual: Int64? = nil, in range: ClosedRange<Int64>
    ) throws -> Int64 {
        guard let value = text.map({ Int64($0) }) ?? usual, range.contains(value) else {
            throw ServerError.refused(
                .malformed, detail: "A number in path or query is missing or out of its bounds.")
        }
        return value
    }

    func text(_ text: String, type: String = "text/plain") -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers,
            body: .init(
                byteBuffer: ByteBuffer(bytes: try CanonicalJSON.encode(value))))
    }
}

/// The origin of a request.
package struct ServerContext: RequestContext {
    /// What the framework keeps.
    package var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection: the sender, or a proxy.
    let peer: NetworkAddress?
    /// Names the connection.
    let connection: ObjectIdentifier

    /// Made by the framework for each request.
    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = ObjectIdentifier(source.channel)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) }
    }
}

extension Routes {
    /// Streams the account's state to a device, at once and after each change, until one of the two
    /// closes the connection.
    @Sendable func events(request: Request, context: ServerContext) async throws -> Response {
        let live = try await core.events.watch(try await read(request, context, upTo: 0))
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                var last: AccountEvent?
                try await writer.write(EventStream.beat)
                while let event = try await core.events.standing(of: live.caller, after: last) {
                    try await writer.write(event == last ? EventStream.beat : Self.message(event))
                    last = event
                    guard await live.next() else { break }
                }
                try await writer.finish(nil)
            })
    }

    private static func message(_ event: AccountEvent) throws -> ByteBuffer {
        EventStream.message(AccountEvent.name, try CanonicalJSON.encode(event))
    }
}

extension Routes {
    /// Opens a moderator's session by a one-time token.
    @Sendable func openSession(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(
            request, context, upTo: Limits.guestBytes, by: .anybody)
        return try json(
            try await core.moderators.openSession(try decode(incoming)), status: .created)
    }

    /// Says whose session it is.
    @Sendable func session(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(try await core.moderators.moderator(session: bearer(request)))
    }

    /// Ends a session.
    @Sendable func endSession(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        try await core.moderators.endSession(bearer(request))
        return try json([String: String]())
    }

    func bearer(_ request: Request) -> String? {
        let words = request.headers[.authorization]?.split(separator: " ") ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }
}
