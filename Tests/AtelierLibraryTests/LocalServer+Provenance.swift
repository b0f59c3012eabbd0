import AtelierLibrary
import AtelierProtocol
import Crypto
import Foundation
import HTTPTypes
import Provenance
import SignedObjects
import SyncKitHTTP
import Synchronization

extension LocalServer {
    /// What the server vouches for, and what it does not.
    struct Provenance {
        var publicName: String?
        var revoked: [RevocationEntry] = []
        var epoch = 1
        /// The root that gives certificates now.
        var root = 1
        /// How often each was asked for; lists that were known already do not count.
        var certificates = 0
        var lists = 0
    }

    /// A list as this server signs it; nil stands for what is so now.
    func revocations(
        _ entries: [RevocationEntry]? = nil, epoch: Int? = nil, by signer: SigningKey? = nil,
        age: Duration = .zero
    ) throws -> RevocationList {
        let provenance = state.withLock { $0.provenance }
        let entries = entries ?? provenance.revoked
        let head = RevocationListHead(
            epoch: epoch ?? provenance.epoch, root: provenance.root, entries: entries,
            time: now + (.zero - age))
        return RevocationList(
            head: try JWS(signing: head, with: signer ?? key), entries: entries)
    }

    /// Answers with the list, or that the asker has it.
    func revocations(_ message: HTTPMessage, _ state: inout State) throws -> HTTPReply {
        let provenance = state.provenance
        let head = RevocationListHead(
            epoch: provenance.epoch, root: provenance.root, entries: provenance.revoked, time: now)
        let tag = "\"\(provenance.epoch)-\(provenance.root)-\(provenance.revoked.count)\""
        guard message.headers[.ifNoneMatch] != tag else { return HTTPReply(status: 304) }
        state.provenance.lists += 1
        var reply = try reply(
            RevocationList(head: try JWS(signing: head, with: key), entries: provenance.revoked))
        reply.headers[.eTag] = tag
        return reply
    }

    /// The authority's key, made from a seed so that each look gives the same.
    private static func authority(at time: UnixTime, _ number: Int) throws -> CommunityAuthority {
        try CommunityAuthority(
            key: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: UInt8(clamping: 6 + number), count: 32)),
            name: "community", from: date(time) - 2 * 86_400)
    }

    private static func date(_ time: UnixTime) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds / 1000))
    }

    /// Answers what devices ask about certificates; nil for anything else.
    func provenance(
        _ message: HTTPMessage, _ device: DeviceCertificate, _ state: inout State
    ) throws -> HTTPReply? {
        switch message.target {
        case SigningCertificate.target: state.provenance.certificates += 1
        case PublicNameRequest.target:
            let request: PublicNameRequest = try body(of: message)
            state.provenance.publicName = request.name
        default: return nil
        }
        return try reply(
            try certificate(
                of: device.deviceKey, account: device.account, name: state.provenance.publicName,
                root: state.provenance.root))
    }

    /// A certificate for a key, as this server gives it.
    ///
    /// - Parameter signer: The key that signs the root; nil for the server's.
    func certificate(
        of device: VerifyingKey, account: AccountID, name: String?, root number: Int = 1,
        rootBy signer: SigningKey? = nil
    ) throws -> SigningCertificate {
        let start = UnixTime(milliseconds: 1_790_000_000_000)
        let authority = try Self.authority(at: start, number)
        let root = CommunityRoot(number: number, certificate: authority.certificate, made: start)
        let der = try authority.certify(
            Curve25519.Signing.PublicKey(rawRepresentation: device.bytes),
            name: name ?? "artist", account: account.description, from: Self.date(start))
        return SigningCertificate(
            certificate: der, root: try JWS(signing: root, with: signer ?? key).compact,
            publicName: name)
    }
}
