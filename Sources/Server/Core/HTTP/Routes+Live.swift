import AtelierProtocol
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SignedObjects

extension Routes {
    /// Tells a device where its account stands, at once and whenever that changes, until one of
    /// both goes.
    @Sendable func events(request: Request, context: ServerContext) async throws -> Response {
        let live = try await core.events.watch(try await read(request, context, upTo: 0))
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                var last: AccountEvent?
                try await writer.write(Self.beat)
                while let event = try await core.events.standing(of: live.caller, after: last) {
                    try await writer.write(event == last ? Self.beat : Self.message(event))
                    last = event
                    guard await live.next() else { break }
                }
                try await writer.finish(nil)
            })
    }

    private static func message(_ event: AccountEvent) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(AccountEvent.name)\ndata: ")
        buffer.writeBytes(try CanonicalJSON.encoder.encode(event))
        buffer.writeString("\n\n")
        return buffer
    }

    /// Long enough for clients that give up on connections with less than a byte a second.
    private static let beat = ByteBuffer(string: ":" + String(repeating: " ", count: 61) + "\n\n")
}
