import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import Testing

@Suite(.onBothDatabases)
struct RevocationTests {
    // Goal: a revoked device gets nothing, the others get the new key, and saying it twice
    // is saying it once.
    @Test func aRevokedDeviceIsOut() async throws {
        try await Self.run { artist, lost, client in
            let request = try artist.rotation(2, revoking: [lost.device])
            let place = "/v1/devices/\(lost.device)/revocation"
            for _ in 1...2 { #expect(try await artist.post(place, request, client).status == 201) }
            for target in ["/v1/segments?after=0", "/v1/keys", "/v1/devices"] {
                #expect(try await lost.send(.get, target, client).problem == .deviceRevoked)
            }
            let list: KeyRotationList = try await artist.send(.get, "/v1/keys", client).decode()
            #expect(list.rotations == [request.rotation])
            let later: KeyRotationList =
                try await artist.send(.get, "/v1/keys?after=2", client).decode()
            #expect(later.rotations.isEmpty)
            let wallet = try await artist.lentWallet(client)
            #expect(wallet.standing.serial == 1)
            #expect(wallet.standing.obstacle(for: artist.device, at: artist.server.now) == nil)
        }
    }

    // Goal: only the account key's word counts, for a device of the account, one epoch at a time.
    @Test func nobodyElseRevokes() async throws {
        try await Self.run { artist, other, client in
            let place = "/v1/devices/\(other.device)/revocation"
            let stranger = TestDevice(of: artist.server)
            _ = try await stranger.join(client)
            let refused = [
                (try artist.rotation(2, revoking: [other.device], by: other.key), place),
                (try artist.rotation(2, revoking: []), place),
                (try stranger.rotation(2, revoking: [other.device]), place),
            ]
            for (request, place) in refused {
                #expect(try await artist.post(place, request, client).problem == .malformed)
            }
            let foreign = try artist.rotation(2, revoking: [stranger.device])
            let target = "/v1/devices/\(stranger.device)/revocation"
            #expect(try await artist.post(target, foreign, client).problem == .notFound)
            for epoch: UInt32 in [1, 3] {
                let skipping = try artist.rotation(epoch, revoking: [other.device])
                #expect(try await artist.post(place, skipping, client).problem == .keysChanged)
            }
            #expect(try await other.send(.get, "/v1/devices", client).status == 200)
        }
    }

    // Goal: no device that stays is left without the new key. Method: a rotation without a box for
    // one, with one, and an approval by a welcome from before the rotation.
    @Test func everyDeviceThatStaysGetsTheNewKey() async throws {
        try await Self.run { artist, lost, client in
            let other = try await artist.letIn("other", client)
            let place = "/v1/devices/\(lost.device)/revocation"
            let hiding = try artist.rotation(2, revoking: [lost.device])
            #expect(try await artist.post(place, hiding, client).problem == .keysChanged)
            let fair = try artist.rotation(
                2, revoking: [lost.device], for: [artist.device, other.device])
            #expect(try await artist.post(place, fair, client).status == 201)
            let late = TestDevice(of: artist.server, accountKey: artist.accountKey)
            let ask = DeviceRequest(
                deviceKey: late.key.verifyingKey, agreementKey: late.agreementKey, name: "late")
            _ = try await late.post(
                "/v1/accounts/\(artist.account)/device-requests", ask, client)
            let door = "/v1/device-requests/\(late.device)/approval"
            let old = try artist.approval(of: late)
            #expect(try await artist.post(door, old, client).problem == .keysChanged)
            let unsigned = DeviceApproval(
                accountKey: old.accountKey, certificate: old.certificate,
                sealedProvisioning: "AAAB", provisioningSeal: old.provisioningSeal)
            #expect(try await artist.post(door, unsigned, client).problem == .malformed)
            let new = try artist.approval(of: late, epoch: 2)
            #expect(try await artist.post(door, new, client).status == 201)
        }
    }

    // Goal: keys that a device was not given reach it later, by the account key's word alone.
    @Test func keysAreHandedOutLater() async throws {
        try await Self.run { artist, other, client in
            let place = "/v1/keys/requests"
            let ask = KeyRequest(epochs: [2, 3])
            for _ in 1...2 {
                let reply: KeyRequestReply = try await other.post(place, ask, client).decode()
                #expect(reply.delivery == nil)
            }
            let list: KeyRequestList = try await artist.send(.get, place, client).decode()
            #expect(list.requests == [.init(device: other.device, epochs: [2, 3])])
            let delivery = KeyDelivery(
                account: artist.account, device: other.device,
                keys: [.init(epoch: 2, sealed: "AAAA")], issued: artist.server.now)
            let forged = try JWS(signing: delivery, with: other.key).compact
            let real = try JWS(signing: delivery, with: artist.accountKey).compact
            let door = "\(place)/\(other.device)"
            let request = { (text: String) in KeyDeliveryRequest(delivery: text) }
            #expect(try await other.post(door, request(forged), client).problem == .malformed)
            let elsewhere = "\(place)/\(artist.device)"
            #expect(try await artist.post(elsewhere, request(real), client).problem == .malformed)
            #expect(try await artist.post(door, request(real), client).status == 201)
            let after: KeyRequestList = try await artist.send(.get, place, client).decode()
            #expect(after.requests.isEmpty)
            let given: KeyRequestReply = try await other.post(place, ask, client).decode()
            #expect(given.delivery == real)
            let rest: KeyRequestReply =
                try await other.post(place, KeyRequest(epochs: [3]), client).decode()
            #expect(rest.delivery == nil)
            for epochs: [UInt32] in [[], [0], Array(1...65)] {
                let bad = try await other.post(place, KeyRequest(epochs: epochs), client)
                #expect(bad.problem == .malformed)
            }
        }
    }

    // Goal: the account key alone brings a device back to an account, with the server's pin.
    @Test func thePhraseBringsADeviceBack() async throws {
        try await Self.run { artist, _, client in
            var desk = TestDevice(of: artist.server, accountKey: artist.accountKey)
            desk.name = "desk"
            let request = RestoreRequest(
                accountKey: desk.accountKey.verifyingKey, certificate: try desk.certificate())
            let place = "/v1/accounts/\(desk.account)/devices"
            for _ in 1...2 {
                let reply = try await desk.post(place, request, client)
                #expect(reply.status == 201)
                #expect(try reply.decode(RestoreReply.self).pin == artist.pin())
            }
            #expect(try await desk.send(.get, "/v1/devices", client).status == 200)
            let stranger = TestDevice(of: artist.server)
            let unknown = RestoreRequest(
                accountKey: stranger.accountKey.verifyingKey,
                certificate: try stranger.certificate())
            let nowhere = "/v1/accounts/\(stranger.account)/devices"
            #expect(try await stranger.post(nowhere, unknown, client).problem == .notFound)
            #expect(try await stranger.post(place, unknown, client).problem == .malformed)
        }
    }

    /// An account with two devices.
    private static func run(
        _ body:
            @escaping @Sendable (TestDevice, TestDevice, any TestClientProtocol) async throws
            -> Void
    ) async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            try await body(artist, try await artist.letIn("lost", client), client)
        }
    }
}
