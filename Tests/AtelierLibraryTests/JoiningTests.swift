import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import Testing

@Suite("Joining")
struct JoiningTests {
    // Goal: a server with another key is told nothing. Method: an invite for another key.
    @Test func anotherServersKeyIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let other = LocalServer(world: world)
        let library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment(server: server)
        ).library
        await #expect(throws: AccountError.otherServer) {
            try await library.account.join("http://127.0.0.1:1", invite: other.invite)
        }
        #expect(String(decoding: server.traffic, as: UTF8.self) == "/v1/server")
        for bad in ["", "ati1-", "x" + server.invite, server.invite + "A"] {
            await #expect(throws: AccountError.badInvite) {
                try await library.account.join("http://127.0.0.1:1", invite: bad)
            }
        }
        #expect(try library.sync.standing().state == .notJoined)
    }

    // Goal: only the six words of that device let it in. Method: other words, five words, words in
    // capitals; then the same request is gone.
    @Test func onlyTheRightWordsLetADeviceIn() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let second = try await Library.requestingAccess(
            in: world.home("b"), server: "http://127.0.0.1:1",
            account: first.account.id?.description ?? "", deviceName: "b",
            environment: world.environment(server: server))
        let words = try #require(second.account.comparisonWords).split(separator: " ").map(
            String.init)
        #expect(words.count == 6)
        await #expect(throws: AccountError.waitingForApproval(words: words.joined(separator: " ")))
        {
            try await second.sync.run()
        }
        await #expect(throws: AccountError.badWords) {
            try await first.account.approve(words: words.dropLast())
        }
        await #expect(throws: AccountError.noSuchRequest(waiting: 1)) {
            try await first.account.approve(words: Array(words.reversed()))
        }
        await #expect(throws: AccountError.self) {
            try await second.account.approve(words: words)
        }
        let device = try await first.account.approve(words: words.map { $0.uppercased() })
        #expect(device.name == "b" && device.id == second.device)
        _ = try await second.sync.run()
        #expect(second.account.id == first.account.id)
        #expect(second.account.comparisonWords == nil)
        await #expect(throws: AccountError.noSuchRequest(waiting: 0)) {
            try await first.account.approve(words: words)
        }
        await #expect(throws: AccountError.noAccountKey) {
            try await second.account.approve(words: words)
        }
        let (devices, isCurrent) = try await second.account.devices()
        #expect(isCurrent && Set(devices.map(\.name)) == ["desk", "b"])
        server.setDown(true)
        let (known, isStillCurrent) = try await second.account.devices()
        #expect(!isStillCurrent && known == devices)
    }

    // Goal: words name the keys. Method: each part of a request changed alone changes the words.
    @Test func wordsNameEveryPartOfARequest() {
        let account = AccountID(checked: [UInt8](repeating: 1, count: 16))
        let key = VerifyingKey(checked: [UInt8](repeating: 2, count: 32))
        let agreement = [UInt8](repeating: 3, count: 32)
        let words = [
            ComparisonWords(account: account, deviceKey: key, agreementKey: agreement, name: "x"),
            ComparisonWords(account: account, deviceKey: key, agreementKey: agreement, name: "y"),
            ComparisonWords(
                account: account, deviceKey: key, agreementKey: [4] + agreement.dropFirst(),
                name: "x"),
            ComparisonWords(
                account: account,
                deviceKey: VerifyingKey(checked: [UInt8](repeating: 4, count: 32)),
                agreementKey: agreement, name: "x"),
            ComparisonWords(
                account: AccountID(checked: [UInt8](repeating: 4, count: 16)), deviceKey: key,
                agreementKey: agreement, name: "x"),
        ]
        #expect(Set(words.map(\.description)).count == words.count)
        #expect(ComparisonWords(typed: words[0].words) == words[0])
    }

    // Goal: a welcome opens for its device alone. Method: other keys, another account, each byte
    // changed.
    @Test func aWelcomeOpensForItsDeviceAlone() throws {
        let keys = DeviceKeys()
        let account = AccountID(checked: [UInt8](repeating: 1, count: 16))
        let secret = try #require(SecretBytes([UInt8](repeating: 5, count: 32)))
        let welcome = DeviceProvisioning(
            libraryKeys: [LibraryKey(epoch: 1, key: secret)],
            serverKey: keys.signing.verifyingKey, server: "https://a.example",
            accountKey: keys.signing.verifyingKey)
        let sealed = try welcome.sealed(for: keys.device, of: account, to: keys.agreementKey)
        #expect(try DeviceProvisioning(opening: sealed, with: keys, account: account) == welcome)
        let stored = try #require(DeviceKeys(stored: try keys.stored()))
        #expect(try DeviceProvisioning(opening: sealed, with: stored, account: account) == welcome)
        #expect(throws: AccountError.provisioningUnreadable) {
            try DeviceProvisioning(opening: sealed, with: DeviceKeys(), account: account)
        }
        let other = AccountID(checked: [UInt8](repeating: 2, count: 16))
        #expect(throws: AccountError.provisioningUnreadable) {
            try DeviceProvisioning(opening: sealed, with: keys, account: other)
        }
        let bytes = try #require(Base64URL.decode(sealed))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: AccountError.provisioningUnreadable) {
                try DeviceProvisioning(
                    opening: Base64URL.encode(changed), with: keys, account: account)
            }
        }
        #expect("\(secret)" == "32 secret bytes")
    }
}
