import AtelierProtocol
import Fingerprints
import Foundation
import SignedObjects
import TestSupport
import Testing

@Suite struct RegistrationTests {
    private static let key = SigningKey()
    private static let account = AccountID(key: key.verifyingKey)
    private static let device = DeviceID(key: key.verifyingKey)
    private static let time = UnixTime(milliseconds: 1_760_000_000_000)

    private static func digests(_ count: Int) -> [Digest] {
        (0..<count).map { Digest(of: "\($0)") }
    }

    private static func reading() throws -> FingerprintReading {
        var random = SeededGenerator(seed: 3)
        let variants = try (0..<8).map { _ in try #require(Fingerprint(bytes: random.bytes(32))) }
        return try #require(FingerprintReading(variants: variants, quality: 93))
    }

    /// `payload` signed, with one field of its JSON replaced.
    private static func forged<Payload: SignedPayload>(
        _ payload: Payload, _ field: String, _ value: Any
    ) throws -> String {
        let data = try CanonicalJSON.encoder.encode(payload)
        var object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        object[field] = value
        let json = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        let header = Base64URL.encode(#"{"alg":"EdDSA","typ":"\#(Payload.type)"}"#.utf8)
        let input = header + "." + Base64URL.encode(json)
        return input + "." + Base64URL.encode(try key.signature(for: Array(input.utf8)))
    }

    // Goal: what is registered reads back as it was signed.
    // Method: one of each kind, signed, sent and read.
    @Test func registrationsReadBack() throws {
        let work = WorkRegistration(
            account: Self.account, device: Self.device, work: Digest(of: "file"),
            pixels: Digest(of: "pixels"), reading: try Self.reading(), basis: .commissioned,
            statement: Digest(of: "statement"), time: Self.time)
        let model = ModelRegistration(
            account: Self.account, device: Self.device, model: Digest(of: "model"),
            engine: "atelier-style/7", works: Self.digests(3), time: Self.time)
        let withdrawal = RegistrationWithdrawal(
            account: Self.account, device: Self.device, works: Self.digests(2), models: [],
            time: Self.time)
        let key = Self.key.verifyingKey
        let signed = try JWS(signing: work, with: Self.key)
        #expect(try JWS<WorkRegistration>(verifying: signed.compact, with: key).payload == work)
        let signedModel = try JWS(signing: model, with: Self.key)
        #expect(
            try JWS<ModelRegistration>(verifying: signedModel.compact, with: key).payload == model)
        let signedBack = try JWS(signing: withdrawal, with: Self.key)
        #expect(
            try JWS<RegistrationWithdrawal>(verifying: signedBack.compact, with: key).payload
                == withdrawal)
    }

    // Goal: a model of as many works as there may be can be sent, and none of more.
    // Method: the limit, one past it, none, and one work twice.
    @Test func modelsAreBounded() throws {
        func model(_ works: [Digest], engine: String = "e") throws -> ModelRegistration {
            let payload = ModelRegistration(
                account: Self.account, device: Self.device, model: Digest(of: "model"),
                engine: engine, works: works, time: Self.time)
            let signed = try JWS(signing: payload, with: Self.key)
            return try JWS<ModelRegistration>(
                verifying: signed.compact, with: Self.key.verifyingKey
            ).payload
        }
        let limit = ProtocolLimits.worksPerModel
        #expect(try model(Self.digests(limit)).works.count == limit)
        for works in [Self.digests(limit + 1), [], Self.digests(1) + Self.digests(1)] {
            #expect(throws: JWSError.malformed(type: ModelRegistration.type)) { try model(works) }
        }
        let longest = String(repeating: "e", count: ProtocolLimits.engineBytes)
        #expect(try model(Self.digests(1), engine: longest).engine == longest)
        #expect(throws: JWSError.self) { try model(Self.digests(1), engine: longest + "e") }
        #expect(throws: JWSError.self) { try model(Self.digests(1), engine: "") }
    }

    // Goal: numbers and names out of their range are refused, although the right key signed them.
    // Method: one field at a time replaced before signing.
    @Test func hostileRegistrationsAreRefused() throws {
        let work = WorkRegistration(
            account: Self.account, device: Self.device, work: Digest(of: "file"),
            pixels: Digest(of: "pixels"), reading: try Self.reading(), basis: .mine,
            statement: Digest(of: "statement"), time: Self.time)
        let hashes = work.reading.variants.map(\.description)
        let bad: [(String, Any)] = [
            ("work", "00"), ("basis", "stolen"), ("time", -1), ("pixels", 5),
            ("reading", ["quality": 101, "variants": hashes]),
            ("reading", ["quality": -1, "variants": hashes]),
            ("reading", ["quality": 50, "variants": Array(hashes.dropLast())]),
            ("title", "a secret"),
        ]
        let same = try Self.forged(work, "basis", "mine")
        _ = try JWS<WorkRegistration>(verifying: same, with: Self.key.verifyingKey)
        for (field, value) in bad {
            let text = try Self.forged(work, field, value)
            #expect(throws: JWSError.self, "\(field)") {
                try JWS<WorkRegistration>(verifying: text, with: Self.key.verifyingKey)
            }
        }
    }

    // Goal: a request holds 64 entries of a kind and no more. Method: the limit and one past it.
    @Test(arguments: ["works", "models", "withdrawals"])
    func requestsAreBounded(kind: String) throws {
        for count in [0, 64, 65] {
            let entries = [String](repeating: "a", count: count)
            var lists: [String: [String]] = ["works": [], "models": [], "withdrawals": []]
            lists[kind] = entries
            let json = try JSONEncoder().encode(lists)
            let request = try? CanonicalJSON.decode(RegistrationRequest.self, from: json)
            #expect((request != nil) == (count <= ProtocolLimits.registrationsPerRequest))
        }
    }

    // Goal: the digest of works is that of their pixels in order, whoever computes it.
    // Method: against SHA-256 over the bytes by hand; another order gives another digest.
    @Test func worksDigestIsOverPixels() {
        let pixels = Self.digests(3)
        let digest = ModelRegistration.worksDigest(ofPixels: pixels)
        #expect(digest == Digest(of: pixels[0].bytes + pixels[1].bytes + pixels[2].bytes))
        #expect(digest != ModelRegistration.worksDigest(ofPixels: pixels.reversed()))
    }
}
