import AtelierProtocol
import Hummingbird
import SignedObjects

extension Routes {
    /// Adds a device by the account key.
    @Sendable func restore(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: Limits.guestBytes, by: .guest)
        let account: AccountID = try parameter("account", context)
        return try json(
            try await core.devices.restore(try decode(incoming), account: account, incoming),
            status: .created)
    }

    /// Revokes a device.
    @Sendable func revoke(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let device: DeviceID = try parameter("device", context)
        try await core.devices.revoke(try decode(incoming), device: device, incoming)
        return try json([String: String](), status: .created)
    }

    /// The new library keys, sealed.
    @Sendable func keys(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        let after = try number(
            request.uri.queryParameters["after"], or: 1, in: 0...Int64(UInt32.max))
        return try json(try await core.devices.keyRotations(after: after, incoming))
    }

    /// Asks for library keys that the device was not given.
    @Sendable func requestKeys(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        return try json(try await core.devices.requestKeys(try decode(incoming), incoming))
    }

    /// The devices that wait for library keys.
    @Sendable func keyRequests(request: Request, context: ServerContext) async throws -> Response {
        try json(try await core.devices.keyRequests(try await read(request, context, upTo: 0)))
    }

    /// Stores library keys that were sealed to a device.
    @Sendable func deliverKeys(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        let device: DeviceID = try parameter("device", context)
        try await core.devices.deliverKeys(try decode(incoming), to: device, incoming)
        return try json([String: String](), status: .created)
    }
}
