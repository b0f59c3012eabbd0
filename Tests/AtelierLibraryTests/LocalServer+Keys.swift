import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import SyncKitHTTP

extension LocalServer {
    /// The routes of library keys.
    func keys(
        _ message: HTTPMessage, _ path: [String], _ device: DeviceCertificate, _ state: inout State
    ) throws -> HTTPReply {
        guard let key = state.accountKey else { throw problem(.deviceUnknown, 401) }
        switch (message.method, path.count, path.last ?? "") {
        case ("POST", 4, "revocation"):
            let request: RevocationRequest = try body(of: message)
            let rotation = try JWS<KeyRotation>(verifying: request.rotation, with: key).payload
            guard Int(rotation.epoch) == state.rotations.count + 2 else {
                throw problem(.keysChanged, 409)
            }
            let boxed = Set(rotation.boxes.map(\.device)).union(state.hidden)
            let members = try state.certificates.map {
                try JWS<DeviceCertificate>(verifying: $0, with: key).payload.device
            }
            guard Set(members).subtracting(rotation.revoked).isSubset(of: boxed) else {
                throw problem(.keysChanged, 409)
            }
            state.rotations.append(request.rotation)
            return try reply([String: String](), status: 201)
        case ("GET", 2, "keys"):
            let after = Int(message.target.split(separator: "=").last ?? "") ?? 1
            return try reply(
                KeyRotationList(rotations: Array(state.rotations.dropFirst(max(0, after - 1)))))
        case ("POST", 3, "requests"):
            let request: KeyRequest = try body(of: message)
            if state.keyRequests[device.device] != request {
                state.keyRequests[device.device] = request
                state.keyDeliveries[device.device] = nil
            }
            return try reply(KeyRequestReply(delivery: state.keyDeliveries[device.device]))
        case ("GET", 3, "requests"):
            let waiting = state.keyRequests.filter { state.keyDeliveries[$0.key] == nil }
            return try reply(
                KeyRequestList(
                    requests: waiting.map { .init(device: $0.key, epochs: $0.value.epochs) }))
        case ("POST", 4, _):
            let request: KeyDeliveryRequest = try body(of: message)
            guard let to = DeviceID(hex: path[3]) else { throw problem(.malformed, 400) }
            state.keyDeliveries[to] = request.delivery
            return try reply([String: String](), status: 201)
        default: throw problem(.notFound, 404)
        }
    }
}
