import AtelierProtocol
import AtelierServer
import Fingerprints
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import TestSupport
import Testing

/// Pictures as their fingerprints, made from a seed.
struct TestPicture {
    let reading: FingerprintReading

    init(seed: UInt64, quality: Int = 90) throws {
        var generator = SeededGenerator(seed: seed)
        let first = try #require(Fingerprint(bytes: generator.bytes(32)))
        let variants = (0..<8).map { first.turned(by: $0) }
        reading = try #require(FingerprintReading(variants: variants, quality: quality))
    }

    /// Eight pictures that are said to be one.
    init(ofUnrelated seeds: Range<UInt64>) throws {
        let variants = try seeds.map { try TestPicture(seed: $0).reading.fingerprint }
        reading = try #require(FingerprintReading(variants: variants, quality: 90))
    }

    private init(_ reading: FingerprintReading) { self.reading = reading }

    /// The same picture, scaled or saved again: its fingerprint differs in some bits.
    func copy(differingIn bits: Int) throws -> TestPicture {
        var bytes = reading.fingerprint.bytes
        for bit in 0..<bits { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
        let first = try #require(Fingerprint(bytes: bytes))
        let variants = [first] + reading.variants.dropFirst()
        return TestPicture(
            try #require(FingerprintReading(variants: variants, quality: reading.quality)))
    }
}

extension TestDevice {
    /// Sends what is signed by nobody, and holds the answer to the document.
    static func ask(
        _ method: HTTPRequest.Method, _ target: String, _ client: any TestClientProtocol,
        body: [UInt8] = [], session: String? = nil
    ) async throws -> TestReply {
        var headers = HTTPFields()
        headers[.authorization] = session.map { "Bearer \($0)" }
        let response = try await client.execute(
            uri: target, method: method, headers: headers, body: ByteBuffer(bytes: body))
        let reply = TestReply(
            status: response.status.code, headers: response.headers,
            body: Array(response.body.readableBytesView))
        let problems = try APIDocument.present.get().problems(
            method.rawValue, target, status: reply.status, type: reply.headers[.contentType],
            body: reply.body)
        #expect(problems == [])
        return reply
    }

    /// Posts what is signed by nobody.
    static func ask(
        _ target: String, _ value: some Encodable, _ client: any TestClientProtocol
    ) async throws -> TestReply {
        try await ask(
            .post, target, client, body: [UInt8](try CanonicalJSON.encoder.encode(value)))
    }

    /// Claims a picture; the code.
    static func claim(
        _ picture: TestPicture, _ client: any TestClientProtocol
    ) async throws -> RightsCode {
        let request = ClaimRequest(
            reading: picture.reading, statement: "I drew it.", contact: "ada@example.org",
            links: ["https://ada.example"])
        let reply = try await ask("/v1/rights/claims", request, client)
        #expect(reply.status == 201)
        return try reply.decode(RightsCodeReply.self).code
    }

    /// A claim as its claimant reads it.
    static func status(
        _ code: RightsCode, _ client: any TestClientProtocol
    ) async throws -> ClaimStatus {
        try await ask(.get, "/v1/rights/claims/\(code)", client).decode()
    }

    /// Reserves works, or ends that.
    func reserve(
        _ works: [Digest], _ client: any TestClientProtocol,
        _ act: ReservationRequest.Act = .reserve
    ) async throws -> [ReservationReply.Entry] {
        let request = ReservationRequest(
            account: account, device: device, act: act, works: works, time: server.now)
        let submission = ReservationSubmission(
            request: try JWS(signing: request, with: key).compact)
        let reply = try await post("/v1/reservations", submission, client)
        #expect(reply.status == 200)
        return try reply.decode(ReservationReply.self).entries
    }

    /// The list after a serial, verified.
    func list(
        after serial: Int64 = 0, _ client: any TestClientProtocol
    ) async throws -> (head: ReservationListHead, entries: [ReservationEntry]) {
        let reply = try await send(.get, "/v1/reservations?after=\(serial)", client)
        let page: ReservationPage = try reply.decode()
        return try page.verified(by: server.core.publicKey, after: serial)
    }

    /// The account's cases as it reads them.
    func cases(_ client: any TestClientProtocol) async throws -> [CaseFile] {
        try await send(.get, "/v1/cases", client).decode(CaseList.self).cases
    }
}

extension TestServer {
    /// Moderators of every role: `rae` reviews, `mia` and `max` decide, `ada` administers.
    func addModerators() throws {
        for (name, role) in [
            ("rae", ModeratorRole.reviewer), ("mia", .moderator), ("max", .moderator),
            ("ada", .administrator),
        ] { _ = try core.moderators.add(name, role: role, actor: "test") }
    }

    /// Runs `body` with a new server that has them, as ``run(_:)`` does.
    static func moderated(
        policy: ServerPolicy = ServerPolicy(),
        _ body: @escaping @Sendable (TestServer, any TestClientProtocol) async throws -> Void
    ) async throws {
        let server = try TestServer(policy: policy)
        try server.addModerators()
        try await server.run { client in try await body(server, client) }
    }

    /// A verdict that fits most cases.
    static func verdict(_ act: CaseAct, _ side: CaseSide = .respondent) -> CaseVerdict {
        CaseVerdict(
            act: act, side: side, code: "not-own-work", text: "To the respondent.",
            claimantText: "To the claimant.")
    }
}

extension TestDevice {
    /// Registers a work of this account; its digest.
    func register(
        _ picture: TestPicture, _ client: any TestClientProtocol, _ title: String = "swan"
    ) async throws -> Digest {
        let work = Digest(of: title)
        let request = RegistrationRequest(
            works: [
                try registration(
                    work, pixels: Digest(of: "pixels of \(title)"), reading: picture.reading)
            ])
        let reply = try await post(RegistrationRequest.target, request, client)
        let entries = try reply.decode(RegistrationReply.self).works
        try #require(entries.map(\.outcome) == [.accepted])
        return work
    }
}

extension TestDevice {
    /// Reserves pictures without an account; the code.
    static func hold(
        _ pictures: [TestPicture], _ client: any TestClientProtocol,
        contact: String = "holder@example.org"
    ) async throws -> RightsCode {
        let request = HolderReservationRequest(
            pictures: pictures.map(\.reading), contact: contact, link: "https://ada.example")
        let reply = try await ask("/v1/rights/reservations", request, client)
        try #require(reply.status == 201)
        return try reply.decode(RightsCodeReply.self).code
    }

    /// Reservations as their holder reads them.
    static func held(
        _ code: RightsCode, _ client: any TestClientProtocol
    ) async throws -> HolderReservations {
        try await ask(.get, "/v1/rights/reservations/\(code)", client).decode()
    }
}
