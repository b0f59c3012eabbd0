import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SignedObjects
import SyncKit
import TestSupport
import Testing

/// The document against the routes. That every answer is as documented, statuses, types and bodies,
/// is checked wherever a test sends a request, see `TestDevice.send`.
struct OpenAPITests {
    // Goal: no route is undocumented, and no documented one is missing.
    @Test func documentAndRoutesAgree() throws {
        let server = try TestServer()
        let registered = Set(
            server.core.router.routes.map { "\($0.method.rawValue) \($0.path.description)" })
        #expect(try APIDocument.present.get().routes == registered)
    }

    // Goal: every cause of a problem is documented, under its one status.
    @Test func everyCauseIsDocumented() throws {
        let causes = try APIDocument.present.get().causes
        #expect(Set(causes.keys) == Set(Problem.Kind.allCases.map(\.rawValue)))
        for (cause, statuses) in causes { #expect(statuses.count == 1, "\(cause)") }
    }

    // Goal: every route succeeds as documented.
    // Method: one artist with two devices asks every route but the stream of events; `send` checks
    // the answers.
    @Test(.onBothDatabases) func everyRouteSucceedsAsDocumented() async throws {
        let server = try TestServer()
        let document = try APIDocument.present.get()
        try await server.run { client in
            let artist = TestDevice(of: server)
            var seen: Set<String> = []
            func note(_ method: HTTPRequest.Method, _ target: String, _ reply: TestReply) throws {
                #expect((200..<300).contains(reply.status), "\(method) \(target): \(reply.status)")
                seen.insert(try #require(document.route(method.rawValue, target)))
            }
            try note(.post, "/v1/accounts", try await artist.join(client))
            let second = try await artist.letIn("second", client)
            seen.insert("POST /v1/accounts/{account}/device-requests")
            seen.insert("POST /v1/device-requests/{device}/approval")
            let waiting = "/v1/accounts/\(artist.account)/device-requests/\(second.device)"
            try note(.get, waiting, try await second.send(.get, waiting, client))
            let third = TestDevice(of: server, accountKey: artist.accountKey)
            let restore = RestoreRequest(
                accountKey: artist.accountKey.verifyingKey, certificate: try third.certificate())
            let place = "/v1/accounts/\(artist.account)/devices"
            try note(.post, place, try await third.post(place, restore, client))
            var chain = TestChain(of: artist, replica: 1)
            for _ in 0..<2 {
                let reply = try await artist.send(.post, "/v1/segments", chain.next(), client)
                try note(.post, "/v1/segments", reply)
            }
            try note(
                .get, "/v1/segments?after=0",
                try await artist.send(.get, "/v1/segments?after=0", client))
            let snapshot = TestSnapshot(id: 1, count: 1, cursor: 1)
            let chunk = "/v1/snapshots/\(snapshot.name)/0"
            try note(.put, chunk, try await artist.put(0, of: snapshot, client))
            var wallet = try await artist.lentWallet(client)
            seen.formUnion(["POST /v1/ledger", "POST /v1/registrations"])
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            _ = try await artist.contact(&wallet, client)
            let receipt = try #require(wallet.receiptsBySpend.values.first)
            let status = "/v1/receipts/\(receipt.digest)/status"
            try note(.get, status, try await artist.send(.get, status, client))
            for target in [
                "/healthz", "/readyz", "/v1/server", "/v1/openapi.json", "/v1/keys",
                "/v1/provenance/roots", "/v1/provenance/root.pem", "/v1/provenance/certificate",
                "/v1/provenance/revocations",
                "/v1/devices", "/v1/device-requests", "/v1/snapshot", "/v1/audit", chunk,
            ] { try note(.get, target, try await artist.send(.get, target, client)) }
            let name = PublicNameRequest.target
            let named = PublicNameRequest(name: "Mira")
            try note(.post, name, try await artist.post(name, named, client))
            let revocation = "/v1/devices/\(third.device)/revocation"
            let rotation = try artist.rotation(
                2, revoking: [third.device], for: [artist.device, second.device])
            let keys = "/v1/keys/requests"
            let asked = KeyRequest(epochs: [2])
            try note(.post, keys, try await second.post(keys, asked, client))
            try note(.get, keys, try await artist.send(.get, keys, client))
            let delivery = KeyDelivery(
                account: artist.account, device: second.device,
                keys: [.init(epoch: 2, sealed: "AAAA")], issued: server.now)
            let signed = try JWS(signing: delivery, with: artist.accountKey).compact
            let door = "\(keys)/\(second.device)"
            let sent = try await artist.post(door, KeyDeliveryRequest(delivery: signed), client)
            try note(.post, door, sent)
            try note(.post, revocation, try await artist.post(revocation, rotation, client))
            seen.formUnion(Self.askedElsewhere(document))
            #expect(document.routes.subtracting(seen) == ["GET /v1/events"])
        }
    }

    /// The routes of moderators, cases, reservations and claims, which their own tests ask.
    private static func askedElsewhere(_ document: APIDocument) -> Set<String> {
        let names = ["moderat", "cases", "reservations", "rights", "closure"]
        let routes = document.routes.filter { route in
            names.contains { route.contains(" /v1/\($0)") }
        }
        #expect(routes.count == 25)
        return routes
    }

    // Goal: the command prints the document that the server serves.
    @Test func theCommandPrintsIt() throws {
        let text = try Shell.run([try Programs.url(Programs.server).path, "openapi"])
        let printed = try APIDocument(text)
        #expect(try printed.routes == APIDocument.present.get().routes)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["openapi"] as? String == "3.1.0")
    }
}
