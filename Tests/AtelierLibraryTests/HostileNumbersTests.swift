import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

/// A server whose numbers are chosen to overflow.
@Suite("No number from outside traps")
struct HostileNumbersTests {
    static let ends = [
        "-9223372036854775808", "-1", "0", "9007199254740992", "9223372036854775807",
        "18446744073709551615", "1e300", "-1e300", "0.5",
    ]

    // Goal: every integer of every reply at its ends is refused or harmless, and an honest server
    // afterwards is as good as ever. Method: each number of each answer replaced in turn; sync,
    // credits, status and devices after each.
    @Test(arguments: ["/v1/ledger", "/v1/devices", "/v1/keys", "/v1/keys/requests"])
    func everyNumberOfEveryReply(target: String) async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        try server.suspend(reason: "r", text: "t")
        try server.reinstate()
        _ = try library.generate(NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        var places = 0
        var isMore = true
        while isMore, places < 64 {
            isMore = false
            for end in Self.ends {
                _ = try library.works.add(try world.picture(10 + places), title: end)
                let place = places
                let found = OnceBox()
                server.setTamper { message, reply in
                    guard message.target.hasPrefix(target), reply.body.first == UInt8(ascii: "{")
                    else { return reply }
                    let text = String(decoding: reply.body, as: UTF8.self)
                    guard let changed = Self.replacing(place, of: text, with: end) else {
                        return reply
                    }
                    _ = found.take()
                    var reply = reply
                    reply.body = Array(changed.utf8)
                    return reply
                }
                _ = try? await library.sync.run()
                _ = try? await library.account.devices()
                _ = try library.wallet.report()
                _ = try library.status()
                if !found.take() { isMore = true }
            }
            places += 1
        }
        server.setTamper(nil)
        let outcome = try await library.sync.run()
        #expect(outcome.standing.state == .good && outcome.pending == 0)
        #expect(places > 1 || !["/v1/ledger", "/v1/devices"].contains(target))
    }

    // Goal: the same for what the server signs. Method: leases, orders and receipts with each
    // number at its ends, by the server's own key.
    @Test func everyNumberThatTheServerSigns() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let spend = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        ).generation
        let (account, device) = (try #require(library.account.id), library.device)
        for end in [Int.min, -1, Int.max, 9_007_199_254_740_992] {
            for field in 0..<3 {
                let number = { (place: Int) in place == field ? end : 1 }
                let lease = Lease(
                    account: account, device: device,
                    lease: LeaseID(checked: [UInt8](repeating: 99, count: 16)), credit: number(0),
                    epoch: number(1), issued: world.now, expires: world.now + .seconds(9999),
                    graceEnds: world.now + .seconds(99999), orderSerial: number(2))
                let order = Order(
                    account: account, serial: number(0), kind: .grant, reason: "r", text: "t",
                    credits: number(1), time: world.now)
                let receipt = Receipt(
                    account: account, device: device, spend: try #require(Digest(hex: spend.spend)),
                    body: try #require(Digest(hex: spend.body)), model: .zero, credit: number(0),
                    epoch: number(1), time: world.now, logIndex: number(2), logHead: .zero)
                let signed = (
                    try JWS(signing: lease, with: server.key).compact,
                    try JWS(signing: order, with: server.key).compact,
                    try JWS(signing: receipt, with: server.key).compact
                )
                for kind in 0..<3 {
                    server.setTamper { message, reply in
                        guard message.target == "/v1/ledger" else { return reply }
                        var ledger = try CanonicalJSON.decode(
                            LedgerReply.self, from: Data(reply.body))
                        switch kind {
                        case 0: ledger.leases.append(signed.0)
                        case 1: ledger.orders.append(signed.1)
                        default: ledger.receipts.append(signed.2)
                        }
                        var reply = reply
                        reply.body = Array(try CanonicalJSON.encoder.encode(ledger))
                        return reply
                    }
                    _ = try? await library.sync.run()
                    _ = try library.wallet.report()
                    _ = try library.status()
                }
            }
        }
        server.setTamper(nil)
        #expect(try await library.sync.run().standing.state == .good)
        #expect(try library.wallet.credits().usable == 1)
    }

    // Goal: numbers of this device's own notes, written by another program, stop nothing.
    @Test func everyNumberOfTheOwnNotes() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        for key in ["clock_offset_ms", "last_sync_ms", "wallet", "devices", "doubts"] {
            for end in Self.ends + ["{", "[{\"id\":1}]", ""] {
                try Shell.sqlite(
                    library.folder.database.path,
                    "INSERT OR REPLACE INTO local_values VALUES('\(key)', '\(end)')")
                _ = try library.status()
                _ = try library.wallet.report()
                _ = try library.doctor.examine()
                _ = try? await library.account.devices()
            }
        }
        #expect(try await library.sync.run().standing.state == .good)
    }

    // Goal: moments and lengths stay at their ends instead of overflowing.
    @Test func timesStayAtTheirEnds() {
        let (first, last) = (
            UnixTime(milliseconds: .min), UnixTime(milliseconds: .max)
        )
        for time in [first, last, UnixTime.latest] {
            for length in [Duration.seconds(Int64.max), .seconds(Int64.min), .milliseconds(1)] {
                _ = time + length
            }
            for other in [first, last] { _ = time - other }
        }
        #expect(last + .seconds(1) == last && first + .seconds(-1) == first)
        #expect(Int(rounding: .nan) == 0 && Int(rounding: 1e300) == .max)
        #expect(Int(rounding: -.infinity) == .min && Int(rounding: 2.5) == 3)
    }

    /// The text with its nth number replaced; nil where there are fewer.
    private static func replacing(_ place: Int, of json: String, with end: String) -> String? {
        let numbers = json.matches(of: /[:\[,](-?\d+)(?=[,\]}])/)
        guard numbers.indices.contains(place) else { return nil }
        let range = numbers[place].output.1
        return json[..<range.startIndex] + end + json[range.endIndex...]
    }
}
