import AtelierProtocol
import CreditLedger
import Foundation
import HTTPTypes
import SignedObjects
import SyncKit
import SyncKitHTTP

/// A device with an account of its own and one replica.
struct LoadDevice {
    /// An answer that is none of a success.
    struct Refused: Error, CustomStringConvertible {
        let status: Int
        let text: String
        var description: String { "\(status): \(text)" }
    }

    private let client: HTTPClient
    let accountKey = SigningKey()
    let key = SigningKey()
    private let serverKey: VerifyingKey
    private var wallet: DeviceWallet
    private var previous = [UInt8](repeating: 0, count: 32)
    private var number: UInt64 = 0
    private var spends = 0

    var account: AccountID { AccountID(key: accountKey.verifyingKey) }
    var device: DeviceID { DeviceID(key: key.verifyingKey) }
    static var now: UnixTime {
        UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Opens an account with an invite's code.
    init(at server: String, invite: String) async throws {
        client = try HTTPClient(address: HTTPAddress(server))
        guard let code = InviteCode(invite) else { throw Refused(status: 0, text: "no invite") }
        let reply = try await client.send(HTTPMessage(target: "/v1/server"))
        serverKey = try CanonicalJSON.decode(
            ServerDescription.self, from: Data(reply.body)
        ).key
        wallet = DeviceWallet(
            account: AccountID(key: accountKey.verifyingKey),
            device: DeviceID(key: key.verifyingKey),
            journal: JournalID(checked: Array(key.bytes.prefix(JournalID.byteCount))), spends: [],
            returns: [])
        let certificate = DeviceCertificate(
            account: account, deviceKey: key.verifyingKey,
            agreementKey: AgreementKey(checked: SigningKey().bytes), name: "load",
            issued: Self.now)
        let pin = ServerPin(account: account, serverKey: serverKey)
        let request = RegisterRequest(
            invite: code.secret, accountKey: accountKey.verifyingKey,
            certificate: try JWS(signing: certificate, with: accountKey).compact,
            pin: try JWS(signing: pin, with: accountKey).compact)
        _ = try await send(
            "POST", "/v1/accounts", try CanonicalJSON.encode(request))
        try await registerModel()
    }

    /// The proof's header for one request.
    func proof(_ method: String, _ target: String, _ body: [UInt8]) throws -> String {
        let proof = RequestProof(
            device: device, method: method, target: target, body: Digest(of: body),
            time: Self.now, nonce: ProofNonce(checked: Array(SigningKey().bytes.prefix(16))))
        return try JWS(signing: proof, with: key).compact
    }

    /// Pushes the next segment, which has that many bytes; says how long the answer took.
    mutating func push(bytes: Int) async throws -> Duration {
        number += 1
        let segment = segment(bytes: bytes)
        let took = try await send("POST", "/v1/segments", segment).took
        previous = Digest(of: segment).bytes
        return took
    }

    /// Asks for what comes after a place: a page.
    func pull() async throws -> Duration {
        try await send("GET", "/v1/segments?after=0&limit=16", []).took
    }

    /// Spends a credit and has it countersigned; without one, fetches leases first.
    mutating func settle() async throws -> Duration {
        if case .failure = wallet.permission(now: Self.now) { _ = try await contact() }
        spends += 1
        _ = try wallet.spend(
            RenderSpec(
                model: Digest(of: "model"), works: Self.works,
                settings: Digest(of: "\(account) \(spends)"), seed: 1, engine: "1"),
            now: Self.now, signedBy: key)
        let known = wallet.receiptsBySpend.count
        let took = try await contact()
        guard wallet.receiptsBySpend.count == known + 1 else {
            throw Refused(status: 200, text: "no receipt")
        }
        return took
    }

    private mutating func contact() async throws -> Duration {
        let request = try wallet.request(now: Self.now, signedBy: key) { _ in }
        let body = try CanonicalJSON.encode(request)
        let reply = try await send("POST", "/v1/ledger", body)
        let answer = try CanonicalJSON.decode(LedgerReply.self, from: Data(reply.body))
        try wallet.absorb(answer, serverKey: serverKey)
        return reply.took
    }

    func send(
        _ method: String, _ target: String, _ body: [UInt8]
    ) async throws -> (body: [UInt8], took: Duration) {
        let headers: HTTPFields = [.atelierProof: try proof(method, target, body)]
        let start = ContinuousClock.now
        let reply = try await client.send(
            HTTPMessage(
                method: method, target: target, headers: headers,
                body: method == "GET" ? nil : body))
        guard (200...202).contains(reply.status) else {
            throw Refused(
                status: reply.status, text: String(decoding: reply.body, as: UTF8.self))
        }
        return (reply.body, ContinuousClock.now - start)
    }

    /// A segment as Docs/PROTOCOL.md has it, with a payload that nobody can open.
    private func segment(bytes: Int) -> [UInt8] {
        let stamp = UInt64(Self.now.milliseconds) << 16
        let head =
            Array("ASG1".utf8) + account.bytes + device.bytes + Self.bigEndian(number)
            + Self.bigEndian(UInt32(1)) + previous + Self.bigEndian(stamp)
            + Self.bigEndian(UInt32(clamping: bytes)) + [UInt8](repeating: 0, count: 44)
        var random = SystemRandomNumberGenerator()
        let words = (0...max(0, bytes - head.count) / 8).map { _ in random.next() }
        let filler = words.flatMap { Self.bigEndian($0) }.prefix(max(16, bytes - head.count))
        return head + filler
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
