import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP

/// A server in memory for one account: the wire, the real ledger, segments in order.
final class LocalServer: Sendable {
    struct State {
        var ledger: ServerLedger?
        var accountKey: VerifyingKey?
        var certificates: [String] = []
        var waiting: [DeviceRequest] = []
        var approvals: [DeviceID: DeviceApproval] = [:]
        var segments: [SealedSegment] = []
        var nonces: Set<ProofNonce> = []
        var isDown = false
        var losesPushes = false
        var segmentMethods: [String] = []
        var proxyStatus: Int?
        var messages = 0
        var refusal: Problem.Kind?
        var seen: [UInt8] = []
        var lease: UInt8 = 0
        var rotations: [String] = []
        var keyRequests: [DeviceID: KeyRequest] = [:]
        var keyDeliveries: [DeviceID: String] = [:]
        var hidden: Set<DeviceID> = []
        var tamper: Tamper?
        var audit: (contents: [Digest], epoch: Int)?
        var rights = Rights()
        var provenance = Provenance()
    }

    /// What a hostile server makes of a reply before it goes.
    typealias Tamper = @Sendable (HTTPMessage, HTTPReply) throws -> HTTPReply

    let key = SigningKey()
    let world: World
    private let secret = InviteSecret(checked: [UInt8](repeating: 9, count: 16))
    let state = Mutex(State())
    private let lead = Mutex(Duration.zero)

    init(world: World) {
        self.world = world
    }

    var invite: String { InviteCode(secret: secret, serverKey: key.verifyingKey).description }
    var segmentCount: Int { state.withLock { $0.segments.count } }
    /// Every byte that was ever sent here.
    var traffic: [UInt8] { state.withLock { $0.seen } }
    /// How many messages came, those that a proxy answered too.
    var messageCount: Int { state.withLock { $0.messages } }
    var spent: Int { state.withLock { $0.ledger?.balance.spent ?? 0 } }

    /// Library keys that were handed out after their making, by device.
    var deliveries: [DeviceID: String] { state.withLock { $0.keyDeliveries } }

    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// What the server's clock says.
    var now: UnixTime { world.now + lead.withLock { $0 } }

    /// From now on the server's clock is ahead by so much.
    func setClock(ahead: Duration) { lead.withLock { $0 = ahead } }

    /// The ledger's time comes back to the clock, as the operator's command does it.
    func setTimeBack() {
        let now = now
        state.withLock { $0.ledger?.setTimeBack(to: now, policy: LedgerPolicy()) }
    }

    /// From now on segments do not arrive, or do again.
    func setLosesPushes(_ losesPushes: Bool) { state.withLock { $0.losesPushes = losesPushes } }

    /// How segments were asked for or sent since this was last called, in order.
    func takeSegmentMethods() -> [String] {
        state.withLock { state in
            defer { state.segmentMethods = [] }
            return state.segmentMethods
        }
    }

    /// From now on a proxy answers for the server; nil: the server itself.
    func setProxyStatus(_ status: Int?) { state.withLock { $0.proxyStatus = status } }

    /// From now on members are refused for this reason; nil: for none.
    func setRefusal(_ kind: Problem.Kind?) { state.withLock { $0.refusal = kind } }

    /// From now on replies go as `tamper` makes them; nil: as they are.
    func setTamper(_ tamper: Tamper?) { state.withLock { $0.tamper = tamper } }

    /// From now on the list of devices is without these, and nobody checks keys for them.
    func hide(_ devices: Set<DeviceID>) { state.withLock { $0.hidden = devices } }

    /// From now on the ledger shows the head of a log with these contents.
    func setAudit(_ contents: [Digest], epoch: Int = 1) {
        state.withLock { $0.audit = (contents, epoch) }
    }

    func suspend(reason: String, text: String) throws {
        _ = try state.withLock { state in
            try state.ledger?.suspend(
                reason: reason, text: text, appeal: "appeals@example.org", now: now,
                signer: LedgerSigner(key: key))
        }
    }

    func reinstate() throws {
        _ = try state.withLock { state in
            try state.ledger?.reinstate(
                reason: "lifted", now: now, signer: LedgerSigner(key: key))
        }
    }

    /// Answers one message as the wire says.
    func answer(_ message: HTTPMessage) throws -> HTTPReply {
        try state.withLock { state in
            if state.isDown { throw HTTPFailure.unreachable(host: "local", reason: "it is down") }
            state.messages += 1
            if message.target.hasPrefix("/v1/segments") {
                state.segmentMethods.append(message.method)
                if state.losesPushes, message.method == "POST" {
                    throw HTTPFailure.unreachable(host: "local", reason: "it was lost")
                }
            }
            if let status = state.proxyStatus {
                let page = "<html><h1>\(status)</h1></html>"
                return HTTPReply(status: status, body: Array(page.utf8))
            }
            state.seen += Array(message.target.utf8) + (message.body ?? [])
            do {
                var reply = try route(message, &state)
                reply.headers[.atelierTime] = "\(now.milliseconds)"
                reply.headers[HTTPField.Name(atelier: "Atelier-Epoch")] = "1"
                reply.headers[HTTPField.Name(atelier: "Atelier-Head")] = "\(state.segments.count)"
                reply.headers[HTTPField.Name(atelier: "Atelier-Floor")] = "0"
                reply.headers[HTTPField.Name(atelier: "Atelier-Horizon")] = "0"
                return try state.tamper?(message, reply) ?? reply
            } catch let problem as Problem {
                return HTTPReply(
                    status: problem.status,
                    headers: [.atelierTime: "\(now.milliseconds)"],
                    body: Array(try CanonicalJSON.encoder.encode(problem)))
            }
        }
    }

    private func route(_ message: HTTPMessage, _ state: inout State) throws -> HTTPReply {
        let path = message.target.split(separator: "?")[0].split(separator: "/").map(String.init)
        switch (message.method, path.count, path.last ?? "") {
        case ("GET", 2, "server"):
            return try reply(
                ServerDescription(
                    key: key.verifyingKey, epoch: 1, time: now, freeCredits: 2,
                    leaseSeconds: 2_592_000, registration: .invite))
        case ("GET", 3, "revocations"): return try revocations(message, &state)
        case ("POST", 2, "accounts"): return try register(message, &state)
        case ("POST", 4, "device-requests"):
            let request: DeviceRequest = try body(of: message)
            try check(message, by: request.deviceKey, &state)
            state.waiting.append(request)
            return try reply([String: String](), status: 202)
        case ("GET", 5, _):
            guard let device = DeviceID(hex: path[4]), let approval = state.approvals[device] else {
                throw problem(.notApprovedYet, 404)
            }
            return try reply(approval)
        default: break
        }
        let device = try member(message, &state)
        if let refusal = state.refusal { throw problem(refusal, 403) }
        if let reply = try rights(message, path, device, &state) { return reply }
        if let reply = try provenance(message, device, &state) { return reply }
        switch (message.method, path.count, path.last ?? "") {
        case ("GET", 2, "device-requests"):
            return try reply(DeviceRequestList(requests: state.waiting))
        case ("POST", 4, "approval"):
            let approval: DeviceApproval = try body(of: message)
            guard let asking = DeviceID(hex: path[2]) else { throw problem(.malformed, 400) }
            state.approvals[asking] = approval
            state.certificates.append(approval.certificate)
            state.waiting.removeAll { $0.device == asking }
            return try reply([String: String](), status: 201)
        case (_, _, "keys"), (_, 3..., "requests"), (_, 4, "revocation"), ("POST", 4, _):
            return try keys(message, path, device, &state)
        case ("GET", 2, "devices"): return try reply(list(state))
        case ("GET", 2, "audit"):
            let rest = (state.audit?.contents ?? []).dropFirst(Self.start(of: message)).prefix(2)
            return try reply(AuditPage(contents: Array(rest)))
        case ("POST", 2, "segments"): return try push(message, &state)
        case ("GET", 2, "segments"): return pull(message, state)
        case ("POST", 2, "ledger"): return try settle(message, device, &state)
        default: throw problem(.notFound, 404)
        }
    }

    private func register(_ message: HTTPMessage, _ state: inout State) throws -> HTTPReply {
        let request: RegisterRequest = try body(of: message)
        guard request.invite == secret else { throw problem(.inviteInvalid, 403) }
        let certificate = try JWS<DeviceCertificate>(
            verifying: request.certificate, with: request.accountKey)
        try check(message, by: certificate.payload.deviceKey, &state)
        state.accountKey = request.accountKey
        state.certificates = [request.certificate]
        state.ledger = ServerLedger(
            account: AccountID(key: request.accountKey), policy: LedgerPolicy(), now: now)
        return try reply(list(state), status: 201)
    }

    private func push(_ message: HTTPMessage, _ state: inout State) throws -> HTTPReply {
        if state.ledger?.standing.suspension(at: now) != nil {
            throw problem(.suspended, 403)
        }
        let segment = try SealedSegment(bytes: message.body ?? [])
        let place =
            state.segments.firstIndex(of: segment)
            ?? {
                state.segments.append(segment)
                return state.segments.count - 1
            }()
        return try reply(PushReply(sequence: Int64(place + 1)), status: 201)
    }

    /// After which one a page is asked for.
    static func start(of message: HTTPMessage) -> Int {
        let query = URLComponents(string: message.target)?.queryItems ?? []
        return query.first { $0.name == "after" }.flatMap { Int($0.value ?? "") } ?? 0
    }

    private func pull(_ message: HTTPMessage, _ state: State) -> HTTPReply {
        var bytes: [UInt8] = []
        let rest = state.segments.enumerated().dropFirst(Self.start(of: message))
        for (place, segment) in rest.prefix(3) {
            withUnsafeBytes(of: UInt64(place + 1).bigEndian) { bytes += $0 }
            withUnsafeBytes(of: UInt32(segment.bytes.count).bigEndian) { bytes += $0 }
            bytes += segment.bytes
        }
        return HTTPReply(status: 200, body: bytes)
    }

    private func settle(
        _ message: HTTPMessage, _ device: DeviceCertificate, _ state: inout State
    ) throws -> HTTPReply {
        guard var ledger = state.ledger else { throw problem(.deviceUnknown, 401) }
        let request: LedgerRequest = try body(of: message)
        let contact = try LedgerContact(
            verifying: request, account: ledger.account, deviceKey: device.deviceKey,
            serverKey: key.verifyingKey)
        let answer = try ledger.exchange(
            contact, models: state.rights.models, epoch: state.rights.epoch, now: now,
            policy: LedgerPolicy(),
            signer: LedgerSigner(key: key)
        ) {
            state.lease += 1
            return LeaseID(checked: [UInt8](repeating: state.lease, count: 16))
        }
        state.ledger = ledger
        var ledgerReply = answer.reply
        ledgerReply.audit = try state.audit.map { audit in
            var head = Digest.zero
            for (index, content) in audit.contents.enumerated() {
                head = AuditHead.link(serial: Int64(index + 1), after: head, content: content)
            }
            return try JWS(
                signing: AuditHead(
                    serial: Int64(audit.contents.count), hash: head, epoch: audit.epoch,
                    time: now), with: key
            ).compact
        }
        return try reply(ledgerReply)
    }

    private func member(_ message: HTTPMessage, _ state: inout State) throws -> DeviceCertificate {
        guard let accountKey = state.accountKey else { throw problem(.deviceUnknown, 401) }
        for text in state.certificates {
            let certificate = try JWS<DeviceCertificate>(verifying: text, with: accountKey).payload
            do {
                try check(message, by: certificate.deviceKey, &state)
                return certificate
            } catch let problem as Problem where problem.type == .clockWrong {
                throw problem
            } catch { continue }
        }
        throw problem(.deviceUnknown, 401)
    }

    private func check(
        _ message: HTTPMessage, by key: VerifyingKey, _ state: inout State
    ) throws {
        let text = message.headers[.atelierProof] ?? ""
        guard let proof = try? JWS<RequestProof>(verifying: text, with: key).payload else {
            throw problem(.proofInvalid, 401)
        }
        guard
            proof.method == message.method, proof.target == message.target,
            proof.body == Digest(of: message.body ?? []), proof.device == DeviceID(key: key),
            state.nonces.insert(proof.nonce).inserted
        else { throw problem(.proofInvalid, 401) }
        let drift = abs(proof.time.milliseconds - now.milliseconds)
        guard drift <= 60_000 else { throw problem(.clockWrong, 401) }
    }

    private func list(_ state: State) throws -> DeviceList {
        guard let key = state.accountKey else { throw problem(.deviceUnknown, 401) }
        return DeviceList(
            accountKey: key,
            devices: try state.certificates.filter {
                try !state.hidden.contains(
                    JWS<DeviceCertificate>(verifying: $0, with: key).payload.device)
            }.map { .init(certificate: $0, lastSeen: now) })
    }

    func body<Value: Decodable>(of message: HTTPMessage) throws -> Value {
        try CanonicalJSON.decode(Value.self, from: Data(message.body ?? []))
    }

    func reply(_ value: some Encodable, status: Int = 200) throws -> HTTPReply {
        HTTPReply(status: status, body: Array(try CanonicalJSON.encoder.encode(value)))
    }

    func problem(_ kind: Problem.Kind, _ status: Int) -> Problem {
        Problem(
            type: kind, status: status, title: "refused", detail: kind.rawValue, time: now)
    }
}
