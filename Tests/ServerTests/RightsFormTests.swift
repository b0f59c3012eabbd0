import AtelierProtocol
import Fingerprints
import Foundation
import SignedObjects
import Testing

/// What is sent about rights, at its bounds and past them.
struct RightsFormTests {
    private let key = SigningKey()
    private let account = AccountID(checked: [UInt8](repeating: 7, count: 16))

    private func entry(_ number: Int64, isInForce: Bool = true) throws -> ReservationEntry {
        let bytes = [UInt8](repeating: UInt8(number % 256), count: 32)
        return ReservationEntry(
            number: number, isInForce: isInForce, account: number == 1 ? account : nil,
            fingerprint: try #require(Fingerprint(bytes: bytes)))
    }

    private func page(_ entries: [ReservationEntry], after: Int64 = 0) throws -> ReservationPage {
        let head = ReservationListHead(
            after: after, through: 9, last: 9, epoch: 1,
            entries: ReservationPage.digest(of: entries), time: UnixTime(milliseconds: 1))
        return ReservationPage(head: try JWS(signing: head, with: key), entries: entries)
    }

    // Goal: a page reads as it was made, and an entry is 40 bytes.
    @Test func pagesComeBack() throws {
        let entries = [
            try entry(1), try entry(2, isInForce: false),
            try entry(ReservationEntry.numbers.upperBound),
        ]
        #expect(entries.allSatisfy { $0.bytes.count == ReservationEntry.byteCount })
        let read = try page(entries).verified(by: key.verifyingKey, after: 0)
        #expect(read.entries == entries && read.head.last == 9)
        #expect(read.entries[0].isOwned(by: account) && !read.entries[1].isOwned(by: account))
        let other = AccountID(checked: [UInt8](repeating: 8, count: 16))
        #expect(!read.entries[0].isOwned(by: other))
    }

    // Goal: nobody else's page, no changed entry and no page of another question is taken.
    @Test func changedPagesAreRefused() throws {
        let whole = try page([try entry(1), try entry(2)])
        #expect(throws: JWSError.self) {
            try whole.verified(by: SigningKey().verifyingKey, after: 0)
        }
        #expect(throws: ReservationPageError.otherEntries) {
            try whole.verified(by: key.verifyingKey, after: 1)
        }
        let other = try page([try entry(1)])
        let mixed = try JSONSerialization.data(withJSONObject: [
            "head": whole.head, "entries": other.entries,
        ])
        let read: ReservationPage = try CanonicalJSON.decode(from: mixed)
        #expect(throws: ReservationPageError.otherEntries) {
            try read.verified(by: key.verifyingKey, after: 0)
        }
        let cut = try JSONSerialization.data(withJSONObject: ["head": whole.head, "entries": "AA"])
        let broken: ReservationPage = try CanonicalJSON.decode(from: cut)
        #expect(throws: ReservationPageError.malformed) {
            try broken.verified(by: key.verifyingKey, after: 0)
        }
    }

    // Goal: a full page fits one message.
    @Test func aFullPageIsAMessage() throws {
        let entries = try (1...Int64(RightsLimits.entriesPerPage)).map { try entry($0) }
        let json = try CanonicalJSON.encoder.encode(try page(entries))
        #expect(json.count < ProtocolLimits.messageBytes)
    }

    // Goal: lists and texts are taken at their limit, and refused one past it and when blank.
    @Test func textsAndListsAreBounded() throws {
        func reads<Value: Decodable>(_ type: Value.Type, _ object: [String: Any]) -> Bool {
            guard let json = try? JSONSerialization.data(withJSONObject: object) else {
                return false
            }
            return (try? CanonicalJSON.decode(type, from: json)) != nil
        }
        let hash = String(repeating: "0", count: 64)
        var picture: [String: Any] = [
            "variants": [String](repeating: hash, count: 8), "quality": 100,
        ]
        let limit = RightsLimits.textBytes
        #expect(reads(CaseWords.self, ["text": String(repeating: "é", count: limit / 2)]))
        #expect(!reads(CaseWords.self, ["text": String(repeating: "é", count: limit / 2 + 1)]))
        #expect(!reads(CaseWords.self, ["text": " \n"]))
        var claim: [String: Any] = [
            "reading": picture, "statement": "mine", "contact": "a@b.example",
            "links": [String](repeating: "https://a.example", count: RightsLimits.links),
        ]
        #expect(reads(ClaimRequest.self, claim))
        picture["quality"] = 101
        claim["reading"] = picture
        #expect(!reads(ClaimRequest.self, claim))
        picture["quality"] = 0
        claim["reading"] = picture
        claim["links"] = [String](repeating: "https://a.example", count: RightsLimits.links + 1)
        #expect(!reads(ClaimRequest.self, claim))
        for count in [0, 1, RightsLimits.fingerprintsPerRequest + 1] {
            let holder: [String: Any] = [
                "pictures": [[String: Any]](repeating: picture, count: count), "contact": "c",
            ]
            #expect(reads(HolderReservationRequest.self, holder) == (count == 1))
        }
    }

    // Goal: a server's word on its epoch cannot shut out every later one: it is a time, and not one
    // that lies far ahead.
    @Test func epochsAreTimes() {
        let now = UnixTime(milliseconds: 1_800_000_000_000)
        let ahead = Int(RightsLimits.epochAhead.components.seconds)
        for (epoch, isPlausible) in [
            (1, true), (1_800_000_000, true), (1_800_000_000 + ahead, true),
            (1_800_000_001 + ahead, false), (NumberRange.count.upperBound, false),
        ] {
            let head = ReservationListHead(
                after: 0, through: 0, last: 0, epoch: epoch, entries: Digest(of: "x"), time: now)
            #expect(head.isPlausible(at: now) == isPlausible, "\(epoch)")
        }
    }

    // Goal: the largest signed reservation is still a small signed object.
    @Test func reservationsStaySmall() throws {
        let works = (0..<RightsLimits.worksPerReservation).map { Digest(of: "\($0)") }
        let request = ReservationRequest(
            account: account, device: DeviceID(key: key.verifyingKey), act: .withdraw,
            works: works, time: UnixTime.latest)
        let signed = try JWS(signing: request, with: key)
        #expect(
            try JWS<ReservationRequest>(verifying: signed.compact, with: key.verifyingKey) == signed
        )
    }
}
