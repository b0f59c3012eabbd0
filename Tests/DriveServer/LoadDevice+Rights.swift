import AtelierProtocol
import Fingerprints
import Foundation
import SignedObjects

// What a device registers, and what anybody asks.
extension LoadDevice {
    /// The digest of the works of the one model that every device spends for.
    static let works = ModelRegistration.worksDigest(ofPixels: [Digest(of: "pixels")])

    /// Registers the model that ``settle()`` spends for, and its one work.
    func registerModel() async throws {
        let work = Digest(of: "work")
        let model = ModelRegistration(
            account: account, device: device, model: Digest(of: "model"), engine: "1",
            works: [work], time: Self.now)
        let request = RegistrationRequest(
            works: [try registration(work, pixels: Digest(of: "pixels"))],
            models: [try JWS(signing: model, with: key).compact])
        _ = try await post(RegistrationRequest.target, request)
    }

    /// Registers one more work, with a fingerprint like nobody's; says how long the answer took.
    func register() async throws -> Duration {
        let work = Digest(of: SigningKey().bytes)
        let request = RegistrationRequest(works: [try registration(work, pixels: work)])
        let reply = try await post(RegistrationRequest.target, request)
        let answer = try CanonicalJSON.decode(RegistrationReply.self, from: Data(reply.body))
        guard answer.works.map(\.outcome) == [.accepted] else {
            throw Refused(status: 200, text: "not registered")
        }
        return reply.took
    }

    /// Asks whether a picture is near to a registered work; says how long the answer took.
    func inquire() async throws -> Duration {
        try await post("/v1/rights/inquiries", ["reading": try Self.reading()]).took
    }

    private func registration(_ work: Digest, pixels: Digest) throws -> String {
        let registration = WorkRegistration(
            account: account, device: device, work: work, pixels: pixels,
            reading: try Self.reading(), basis: .mine, statement: Digest(of: "statement"),
            time: Self.now)
        return try JWS(signing: registration, with: key).compact
    }

    private static func reading() throws -> FingerprintReading {
        let variants = (0..<FingerprintReading.variantCount).compactMap { _ in
            Fingerprint(bytes: SigningKey().bytes)
        }
        guard let reading = FingerprintReading(variants: variants, quality: 90) else {
            throw Refused(status: 0, text: "no fingerprint")
        }
        return reading
    }

    private func post(
        _ target: String, _ value: some Encodable
    ) async throws -> (body: [UInt8], took: Duration) {
        try await send("POST", target, [UInt8](try CanonicalJSON.encoder.encode(value)))
    }
}
