public import Crypto
public import Foundation
import SwiftASN1
import X509

/// The authority that certifies a community's devices: its server's root key and certificate.
///
/// - Note: RFC 5280; Ed25519 by RFC 8410; what a signer's certificate must say by C2PA 2.1, 14.5.
public struct CommunityAuthority: Sendable {
    /// The root certificate, DER.
    public let certificate: [UInt8]

    private let key: Curve25519.Signing.PrivateKey

    /// Makes a root that is valid for 10 years.
    ///
    /// - Parameters:
    ///   - key: The authority's own key; it signs nothing else.
    ///   - name: Whose authority it is, such as the server's address.
    ///   - start: When it begins to be valid.
    /// - Throws: ``CredentialError/signer(_:)`` where the name cannot be written.
    public init(
        key: Curve25519.Signing.PrivateKey, name: String, from start: Date
    ) throws(CredentialError) {
        self.key = key
        let issuer = Certificate.PrivateKey(key)
        certificate = try Self.der {
            let subject = try Self.name(name, unit: "Authority")
            return try Certificate(
                version: .v3, serialNumber: try Self.serial(of: key.publicKey, start, subject),
                publicKey: issuer.publicKey, notValidBefore: start,
                notValidAfter: start.addingTimeInterval(Limits.rootSeconds), issuer: subject,
                subject: subject, signatureAlgorithm: .ed25519,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: issuer.publicKey)
                }, issuerPrivateKey: issuer)
        }
    }

    /// Uses a root that was made before.
    ///
    /// - Throws: ``CredentialError/signer(_:)`` where the certificate is not the key's.
    public init(
        key: Curve25519.Signing.PrivateKey, certificate: [UInt8]
    ) throws(CredentialError) {
        guard let root = try? Certificate(derEncoded: certificate),
            root.publicKey == Certificate.PublicKey(key.publicKey)
        else { throw .signer("the root certificate is not its key's") }
        self.key = key
        self.certificate = certificate
    }

    /// Certifies a device's key until the root ends. The same input gives the same certificate.
    ///
    /// - Parameters:
    ///   - device: The device's key.
    ///   - name: The account's pseudonym, or the name that its artist wants to be known by.
    ///   - account: The account, by which pictures of all its devices belong together; nil for
    ///     none.
    ///   - start: When it begins to be valid.
    /// - Returns: DER.
    /// - Throws: ``CredentialError/signer(_:)`` where the name cannot be written, or the root has
    ///   ended.
    public func certify(
        _ device: Curve25519.Signing.PublicKey, name: String, account: String? = nil,
        from start: Date
    ) throws(CredentialError) -> [UInt8] {
        try Self.der {
            let root = try Certificate(derEncoded: certificate)
            guard start < root.notValidAfter else {
                throw CredentialError.signer("the root certificate has ended")
            }
            let publicKey = Certificate.PublicKey(device)
            let subject = try Self.name(name, unit: account)
            return try Certificate(
                version: .v3, serialNumber: try Self.serial(of: device, start, subject),
                publicKey: publicKey, notValidBefore: max(start, root.notValidBefore),
                notValidAfter: root.notValidAfter, issuer: root.subject, subject: subject,
                signatureAlgorithm: .ed25519,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.emailProtection])
                    SubjectKeyIdentifier(hash: publicKey)
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: root.publicKey).keyIdentifier)
                }, issuerPrivateKey: Certificate.PrivateKey(key))
        }
    }

    private static func der(_ make: () throws -> Certificate) throws(CredentialError) -> [UInt8] {
        do {
            return try make().serializeAsPEM().derBytes
        } catch let error as CredentialError {
            throw error
        } catch {
            throw .signer("\(error)")
        }
    }

    private static func name(_ name: String, unit: String?) throws -> DistinguishedName {
        let text = String(name.prefix(Limits.nameLength))
        return try DistinguishedName {
            OrganizationName("Atelier")
            if let unit { OrganizationalUnitName(unit) }
            CommonName(text.isEmpty ? "unnamed" : text)
        }
    }

    /// A number that follows from the key, the start and the holder's name, so that two servers on
    /// one database give
    /// the same certificate. Positive, 16 bytes (RFC 5280, 4.1.2.2).
    private static func serial(
        of key: Curve25519.Signing.PublicKey, _ start: Date, _ subject: DistinguishedName
    ) throws -> Certificate.SerialNumber {
        let seconds = UInt64(clamping: Int64(start.timeIntervalSince1970.rounded()))
        var name = DER.Serializer()
        try name.serialize(subject)
        let digest = SHA256.hash(
            data: key.rawRepresentation + BigEndian.bytes(seconds) + name.serializedBytes)
        var bytes = Array(digest.prefix(16))
        bytes[0] = bytes[0] & 0x7F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }
}

/// The certificates that came with a signature.
public struct SignerCertificateChain: Equatable, Sendable {
    /// DER, the signer's first.
    public let certificates: [[UInt8]]
    /// The name in the signer's certificate; whoever signs it vouches for it.
    public let name: String
    /// The account that the signer belongs to, as its certificate says; empty where it names none.
    public let account: String
    /// When the signer's certificate begins to be valid.
    public let start: Date
    /// The 32 bytes of the signer's Ed25519 key.
    public var publicKey: [UInt8] { Array(key.rawRepresentation) }

    let key: Curve25519.Signing.PublicKey

    /// Reads one certificate of a stranger; nil where it cannot sign a manifest.
    public init?(der: [UInt8]) {
        do { try self.init([der]) } catch { return nil }
    }

    /// Reads certificates of a stranger.
    ///
    /// - Throws: ``ManifestError`` where there is none that can sign a manifest.
    init(_ certificates: [[UInt8]]) throws(ManifestError) {
        guard let der = certificates.first, let leaf = try? Certificate(derEncoded: der),
            let key = Curve25519.Signing.PublicKey(leaf.publicKey)
        else { throw .malformed("its signer's certificate cannot be read") }
        self.certificates = certificates
        self.key = key
        start = leaf.notValidBefore
        let subject = SignerCertificate(der: der[...])
        name = subject?.name ?? ""
        account = subject?.unit ?? ""
    }

    /// Compares the certificates.
    public static func == (first: Self, second: Self) -> Bool {
        first.certificates == second.certificates
    }

    /// Whether an authority gave the certificate for signing pictures, and it was valid at a time.
    ///
    /// - Parameters:
    ///   - roots: DER; what cannot be read counts as no root.
    ///   - time: When the picture was signed or countersigned.
    public func isGiven(by roots: [[UInt8]], at time: Date) -> Bool {
        guard let der = certificates.first, let leaf = try? Certificate(derEncoded: der),
            (leaf.notValidBefore...leaf.notValidAfter).contains(time),
            (try? leaf.extensions.basicConstraints) == .notCertificateAuthority,
            (try? leaf.extensions.keyUsage)?.digitalSignature == true,
            (try? leaf.extensions.extendedKeyUsage)?.contains(.emailProtection) == true
        else { return false }
        return roots.compactMap { try? Certificate(derEncoded: $0) }.contains { root in
            root.subject == leaf.issuer
                && (root.notValidBefore...root.notValidAfter).contains(time)
                && (try? root.extensions.keyUsage)?.keyCertSign == true
                && root.publicKey.isValidSignature(leaf.signature, for: leaf)
        }
    }
}
