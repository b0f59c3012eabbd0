import AtelierLibrary
import AtelierProtocol
import Crypto
import Foundation
import Provenance
import SignedObjects
import SyncKitHTTP

extension LocalServer {
    /// The authority's key, made from a seed so that each look gives the same.
    private static func authority(at time: UnixTime) throws -> CommunityAuthority {
        try CommunityAuthority(
            key: Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32)),
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
        case SigningCertificate.target: break
        case PublicNameRequest.target:
            let request: PublicNameRequest = try body(of: message)
            state.publicName = request.name
        default: return nil
        }
        return try reply(
            try certificate(of: device.deviceKey, account: device.account, name: state.publicName))
    }

    /// A certificate for a key, as this server gives it.
    ///
    /// - Parameter signer: The key that signs the root; nil for the server's.
    func certificate(
        of device: VerifyingKey, account: AccountID, name: String?, rootBy signer: SigningKey? = nil
    ) throws -> SigningCertificate {
        let start = UnixTime(milliseconds: 1_790_000_000_000)
        let authority = try Self.authority(at: start)
        let root = CommunityRoot(number: 1, certificate: authority.certificate, made: start)
        let der = try authority.certify(
            Curve25519.Signing.PublicKey(rawRepresentation: device.bytes),
            name: name ?? "artist", account: account.description, from: Self.date(start))
        return SigningCertificate(
            certificate: der, root: try JWS(signing: root, with: signer ?? key).compact,
            publicName: name)
    }
}
