import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import TestSupport
import Testing
import SyncKitHTTP

/// A server that lies about keys and devices.
@Suite("A server must not read")
struct HostileKeysTests {
    // Goal: a new device takes no library key that the account did not give it. Method: the server
    // seals a welcome of its own, with its own library key, in place of the real one; the six words
    // match; then with the real seal beside it, with its own seal, and with another device's.
    @Test func aWelcomeOfTheServersOwnIsRefused() async throws {
        let (world, server, first) = try await start()
        let second = try await Library.requestingAccess(
            in: world.home("b"), server: "http://127.0.0.1:1",
            account: first.account.id?.description ?? "", deviceName: "b",
            environment: world.environment(server: server))
        let words = second.account.comparisonWords?.split(separator: " ").map(String.init) ?? []
        _ = try await first.account.approve(words: words)
        let own = try #require(SecretBytes([UInt8](repeating: 7, count: 32)))
        let forger = SigningKey()
        for kind in ["real seal", "own seal", "no seal", "other text"] {
            server.setTamper { message, reply in
                guard message.target.contains("/device-requests/"), reply.status == 200 else {
                    return reply
                }
                let real = try CanonicalJSON.decode(
                    DeviceApproval.self, from: Data(reply.body))
                let certificate = try JWS<DeviceCertificate>(
                    verifying: real.certificate, with: real.accountKey
                ).payload
                let sealed = try DeviceProvisioning(
                    libraryKeys: [LibraryKey(epoch: 1, key: own)],
                    serverKey: forger.verifyingKey, server: "http://127.0.0.1:1",
                    accountKey: real.accountKey
                ).sealed(
                    for: certificate.device, of: certificate.account, to: certificate.agreementKey)
                let ownSeal = try JWS(
                    signing: ProvisioningSeal(
                        account: certificate.account, device: certificate.device, sealed: sealed,
                        epoch: 1, issued: certificate.issued), with: forger
                ).compact
                let seal =
                    switch kind {
                    case "own seal": ownSeal
                    case "no seal": ""
                    default: real.provisioningSeal
                    }
                let forged = DeviceApproval(
                    accountKey: real.accountKey, certificate: real.certificate,
                    sealedProvisioning: kind == "other text"
                        ? real.sealedProvisioning + "A" : sealed,
                    provisioningSeal: seal)
                var reply = reply
                reply.body = Array(try CanonicalJSON.encoder.encode(forged))
                return reply
            }
            await #expect(throws: AccountError.wrongApproval, "\(kind)") {
                try await second.sync.run()
            }
            #expect(second.account.id == nil)
        }
        server.setTamper(nil)
        _ = try await second.sync.run()
        #expect(try second.works.all().count == 2 && second.account.id == first.account.id)
    }

    // Goal: a device that the server hid at a revocation is not locked out, and reads nothing with
    // a key that a revoked device has. Method: hide it; revoke another; write; sync; then stop
    // hiding, and let the others sync.
    @Test func aHiddenDeviceGetsItsKeysLater() async throws {
        let (world, server, first) = try await start()
        let (_, hidden) = try await revokeBehindAnother(world, server, first)
        _ = try first.works.add(try world.picture(5), title: "Heron")
        _ = try await first.sync.run()
        _ = try hidden.works.add(try world.picture(6), title: "Crane")
        let sent = server.segmentCount
        #expect(try !hidden.sync.sealsBundlesWithOlderKey())

        let waiting = try await hidden.sync.run()
        #expect(waiting.missingKeys == [2] && waiting.setAside == 1 && waiting.pending > 0)
        #expect(server.segmentCount == sent)
        #expect(try hidden.works.all().allSatisfy { $0.title != "Heron" })
        // What it writes into a file meanwhile, the revoked device could read: it says so.
        #expect(
            try hidden.sync.sealsBundlesWithOlderKey() && !first.sync.sealsBundlesWithOlderKey())
        // The device that holds the keys sees nothing of it as long as it is lied to.
        _ = try await first.sync.run()
        #expect(try await hidden.sync.run().missingKeys == [2])
        server.hide([])
        _ = try await first.sync.run()
        let healed = try await hidden.sync.run()
        #expect(healed.missingKeys.isEmpty && healed.pending == 0)
        _ = try await first.sync.run()
        for library in [first, hidden] {
            #expect(Set(try library.works.all().map(\.title)).isSuperset(of: ["Heron", "Crane"]))
        }
    }

    // Goal: keys go to devices that the account certified and did not revoke, and come from the
    // account alone. Method: the server asks for a revoked device, for one it made up, and hands a
    // device a delivery that it signed itself.
    @Test func keysGoOnlyToTheAccountsDevices() async throws {
        let (world, server, first) = try await start()
        let (lost, hidden) = try await revokeBehindAnother(world, server, first)
        _ = try await hidden.sync.run()
        server.hide([])
        let stranger = DeviceKeys()
        server.setTamper { message, reply in
            guard message.method == "GET", message.target == "/v1/keys/requests" else {
                return reply
            }
            let asked = KeyRequestList(
                requests: [lost.device, stranger.device].map { .init(device: $0, epochs: [2]) })
            var reply = reply
            reply.body = Array(try CanonicalJSON.encoder.encode(asked))
            return reply
        }
        let before = server.deliveries
        _ = try await first.sync.run()
        #expect(server.deliveries == before)

        let account = try #require(first.account.id)
        let time = world.now
        let forger = SigningKey()
        let forged = try JWS(
            signing: KeyDelivery(
                account: account, device: hidden.device,
                keys: [.init(epoch: 2, sealed: "AAAA")], issued: time), with: forger
        ).compact
        server.setTamper { message, reply in
            guard message.method == "POST", message.target == "/v1/keys/requests" else {
                return reply
            }
            var reply = reply
            reply.body = Array(
                try CanonicalJSON.encoder.encode(KeyRequestReply(delivery: forged)))
            return reply
        }
        await #expect(throws: AccountError.self) { try await hidden.sync.run() }
        server.setTamper(nil)
        _ = try await first.sync.run()
        #expect(try await hidden.sync.run().missingKeys.isEmpty)
    }

    // Goal: a device that joins while another is revoked gets the new key. Method: the approval
    // comes between the list of devices and the rotation.
    @Test func aDeviceThatJoinsMeanwhileGetsTheNewKey() async throws {
        let (world, server, first) = try await start()
        let lost = try await world.secondLibrary("lost", of: first, at: server)
        let late = try await world.secondLibrary("late", of: first, at: server)
        // The first list is one of a moment before it joined.
        let isFirst = OnceBox()
        server.setTamper { message, reply in
            guard message.target == "/v1/devices", isFirst.take() else { return reply }
            let list = try CanonicalJSON.decode(DeviceList.self, from: Data(reply.body))
            var reply = reply
            reply.body = Array(
                try CanonicalJSON.encoder.encode(
                    DeviceList(
                        accountKey: list.accountKey, devices: Array(list.devices.dropLast()))))
            return reply
        }
        _ = try await first.account.revoke(lost.device)
        #expect(!isFirst.take())
        server.setTamper(nil)
        _ = try first.works.add(try world.picture(5), title: "Heron")
        _ = try await first.sync.run()
        #expect(try await late.sync.run().missingKeys.isEmpty)
        #expect(try late.works.all().contains { $0.title == "Heron" })
    }

    /// A server, and a library that has synced with it.
    private func start() async throws -> (World, LocalServer, Library) {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        return (world, server, first)
    }

    /// Revokes a device while the server hides another one, which gets no box of the new key.
    private func revokeBehindAnother(
        _ world: World, _ server: LocalServer, _ first: Library
    ) async throws -> (lost: Library, hidden: Library) {
        let lost = try await world.secondLibrary("lost", of: first, at: server)
        let hidden = try await world.secondLibrary("tablet", of: first, at: server)
        server.hide([hidden.device])
        _ = try await first.account.revoke(lost.device)
        return (lost, hidden)
    }
}
