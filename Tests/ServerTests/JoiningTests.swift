import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import Testing

@Suite(.onBothDatabases)
struct JoiningTests {
    // Goal: an invite opens one account, and repeating the request uses no other.
    // Method: join, repeat, then try the same invite for another account.
    @Test func anInviteOpensExactlyOneAccount() async throws {
        let server = try TestServer()
        try await server.run { client in
            let invite = try server.invite()
            let artist = TestDevice(of: server)
            #expect(try await artist.join(client, invite: invite).status == 201)
            let again = try await artist.join(client, invite: invite)
            #expect(again.status == 200)
            #expect(try again.decode(DeviceList.self).devices.count == 1)
            let other = try await TestDevice(of: server).join(client, invite: invite)
            #expect(other.status == 403 && other.problem == .inviteInvalid)
            #expect(try server.core.accounts.list().count == 1)
        }
    }

    // Goal: an invite ends at its time, not a millisecond earlier.
    // Method: one use just before and one exactly at the end.
    @Test func anInviteEndsAtItsTime() async throws {
        let server = try TestServer()
        try await server.run { client in
            let (first, second) = (try server.invite(), try server.invite())
            server.advance(by: .seconds(86_400) - .milliseconds(1))
            #expect(try await TestDevice(of: server).join(client, invite: first).status == 201)
            server.advance(by: .milliseconds(1))
            let late = try await TestDevice(of: server).join(client, invite: second)
            #expect(late.problem == .inviteInvalid)
        }
    }

    // Goal: a certificate counts only from the account's own key.
    // Method: a certificate signed by a stranger's key, and a proof by another device.
    @Test func aForgedCertificateIsRefused() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = TestDevice(of: server)
            let stranger = TestDevice(of: server)
            let forged = RegisterRequest(
                invite: try server.invite(), accountKey: artist.accountKey.verifyingKey,
                certificate: try stranger.certificate(), pin: try artist.pin())
            #expect(try await stranger.post("/v1/accounts", forged, client).problem == .malformed)
            let stolen = RegisterRequest(
                invite: try server.invite(), accountKey: artist.accountKey.verifyingKey,
                certificate: try artist.certificate(), pin: try artist.pin())
            let reply = try await stranger.post("/v1/accounts", stolen, client)
            #expect(reply.status == 401 && reply.problem == .proofInvalid)
        }
    }

    // Goal: a proof is good for one request, at one time, unchanged.
    // Method: a replay, a changed body, another path, and both sides of the 60 s.
    @Test func aProofIsGoodOnceAndForItsRequestAlone() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let proof = try artist.proof("GET", "/v1/devices", [])
            let first = try await artist.send(.get, "/v1/devices", proof: proof, client)
            #expect(first.status == 200)
            let replay = try await artist.send(.get, "/v1/devices", proof: proof, client)
            #expect(replay.status == 401 && replay.problem == .proofInvalid)
            let elsewhere = try artist.proof("GET", "/v1/device-requests", [])
            let moved = try await artist.send(.get, "/v1/devices", proof: elsewhere, client)
            #expect(moved.problem == .proofInvalid)
            let ofOther = try artist.proof("POST", "/v1/ledger", [1])
            let changed = try await artist.send(.post, "/v1/ledger", [2], proof: ofOther, client)
            #expect([.proofInvalid, .malformed].contains(changed.problem))
            for (skew, isFine) in [
                (60_000, true), (60_001, false), (-60_000, true), (-60_001, false),
            ] {
                let time = UnixTime(milliseconds: server.now.milliseconds + Int64(skew))
                let proof = try artist.proof("GET", "/v1/devices", [], at: time)
                let reply = try await artist.send(.get, "/v1/devices", proof: proof, client)
                #expect((reply.status == 200) == isFine)
                if !isFine { #expect(reply.problem == .clockWrong) }
            }
        }
    }

    // Goal: a wrong clock can correct itself from any refusal.
    // Method: the time in header and body of a refused request is the server's.
    @Test func aRefusalTellsTheServersTime() async throws {
        let server = try TestServer()
        try await server.run { client in
            let reply = try await TestDevice(of: server).send(.get, "/v1/devices", client)
            #expect(reply.status == 401 && reply.problem == .deviceUnknown)
            let name = try #require(HTTPField.Name("Atelier-Time"))
            #expect(reply.headers[name] == "\(server.now.milliseconds)")
            #expect(try reply.decode(Problem.self).time == server.now)
        }
    }

    // Goal: a second device gets in by approval alone, and unknown accounts answer alike.
    // Method: ask, look before and after the approval, and use the new device.
    @Test func aSecondDeviceJoinsByApproval() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let second = TestDevice(of: server, accountKey: first.accountKey)
            let ask = DeviceRequest(
                deviceKey: second.key.verifyingKey, agreementKey: second.agreementKey, name: "desk")
            let path = "/v1/accounts/\(first.account)/device-requests"
            #expect(try await second.post(path, ask, client).status == 202)
            let unknown = TestDevice(of: server)
            let nowhere = "/v1/accounts/\(unknown.account)/device-requests"
            #expect(try await second.post(nowhere, ask, client).status == 202)
            let early = try await second.send(.get, "\(path)/\(second.device)", client)
            #expect(early.status == 404 && early.problem == .notApprovedYet)
            let list = try await first.send(.get, "/v1/device-requests", client)
            #expect(try list.decode(DeviceRequestList.self).requests == [ask])
            let approval = try first.approval(of: second)
            let place = "/v1/device-requests/\(second.device)/approval"
            #expect(try await first.post(place, approval, client).status == 201)
            #expect(try await first.post(place, approval, client).status == 201)
            let found = try await second.send(.get, "\(path)/\(second.device)", client)
            #expect(try found.decode(DeviceApproval.self) == approval)
            let devices = try await second.send(.get, "/v1/devices", client)
            #expect(try devices.decode(DeviceList.self).devices.count == 2)
        }
    }

    // Goal: nobody but the account's key lets a device in.
    // Method: an approval with a certificate signed by another account's key.
    @Test func anApprovalNeedsTheAccountsKey() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let intruder = TestDevice(of: server)
            let ask = DeviceRequest(
                deviceKey: intruder.key.verifyingKey, agreementKey: intruder.agreementKey, name: "x"
            )
            let path = "/v1/accounts/\(first.account)/device-requests"
            #expect(try await intruder.post(path, ask, client).status == 202)
            let approval = DeviceApproval(
                accountKey: first.accountKey.verifyingKey,
                certificate: try intruder.certificate(), sealedProvisioning: "",
                provisioningSeal: "")
            let place = "/v1/device-requests/\(intruder.device)/approval"
            #expect(try await first.post(place, approval, client).problem == .malformed)
            #expect(try await intruder.post(place, approval, client).problem == .deviceUnknown)
        }
    }

    // Goal: strangers who know an account's id neither evict the device that waits for it, nor fill
    // the list without bound.
    // Method: one device asks, then strangers from one address, then from many; a last one of a new
    // address asks when nothing gives way any more.
    @Test func strangersDoNotEvictWhoWaits() async throws {
        var policy = ServerPolicy()
        policy.guestRequestsPerMinute = 100_000
        policy.trustedProxies = TrustedProxies(
            try ["127.0.0.1", "::1"].map { try #require(NetworkRange($0)) })
        let server = try TestServer(policy: policy)
        try await server.runLive { client in
            let first = try await TestDevice.joined(to: server, client)
            func ask(from address: String) async throws -> (device: TestDevice, status: Int) {
                server.advance(by: .milliseconds(1))
                var device = TestDevice(of: server)
                device.forwardedFor = address
                let ask = DeviceRequest(
                    deviceKey: device.key.verifyingKey, agreementKey: device.agreementKey, name: "")
                let path = "/v1/accounts/\(first.account)/device-requests"
                return (device, try await device.post(path, ask, client).status)
            }
            func waiting() async throws -> [DeviceID] {
                let list = try await first.send(.get, "/v1/device-requests", client)
                return try list.decode(DeviceRequestList.self).requests.map(\.device)
            }
            let honest = try await ask(from: "192.0.2.1")
            for _ in 0..<20 { #expect(try await ask(from: "192.0.2.2").status == 202) }
            #expect(try await waiting().count == 5)
            for number in 3..<40 {
                for _ in 0..<4 { _ = try await ask(from: "192.0.2.\(number)") }
            }
            let full = try await waiting()
            #expect(full.count == ProtocolLimits.waitingDevices)
            #expect(full.contains(honest.device.device))
            let late = try await ask(from: "198.51.100.1")
            #expect(try await waiting().contains(late.device.device))
            for number in 2..<100 { _ = try await ask(from: "198.51.100.\(number)") }
            #expect(try await ask(from: "203.0.113.1").status == 429)
            let end = try await waiting()
            #expect(end.count == ProtocolLimits.waitingDevices)
            #expect(end.contains(honest.device.device) && end.contains(late.device.device))
        }
    }

    // Goal: devices that were revoked leave room for others.
    // Method: an account at its limit revokes one; a further one comes in, and then no other.
    @Test func revokedDevicesLeaveRoom() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            func restore() async throws -> (device: TestDevice, status: Int) {
                server.advance(by: .seconds(60))
                let device = TestDevice(of: server, accountKey: first.accountKey)
                let request = RestoreRequest(
                    accountKey: first.accountKey.verifyingKey,
                    certificate: try device.certificate())
                let place = "/v1/accounts/\(first.account)/devices"
                return (device, try await device.post(place, request, client).status)
            }
            var staying = [first.device]
            for _ in 2..<32 {
                let added = try await restore()
                #expect(added.status == 201)
                staying.append(added.device.device)
            }
            let last = try await restore().device
            #expect(try await restore().status == 403)
            let rotation = try first.rotation(2, revoking: [last.device], for: staying)
            let place = "/v1/devices/\(last.device)/revocation"
            #expect(try await first.post(place, rotation, client).status == 201)
            #expect(try await restore().status == 201)
            #expect(try await restore().status == 403)
        }
    }
}
