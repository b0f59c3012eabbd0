import Foundation
public import SignedObjects

/// A root certificate of the server's authority for signing pictures; signed by the server's key,
/// which every device has pinned.
///
/// Whoever knows the server's key needs nothing else to check a picture offline: this stands in its
/// manifest.
public struct CommunityRoot: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-root+jws"
    /// The most roots that one server has had.
    public static let numbers = 1...32

    /// From 1; a server that changes its root goes on to the next.
    public let number: Int
    /// X.509 in DER, base64url.
    public let certificate: String
    /// When the server made it.
    public let made: UnixTime

    /// A root to be signed by the server.
    public init(number: Int, certificate: [UInt8], made: UnixTime) {
        self.number = number
        self.certificate = Base64URL.encode(certificate)
        self.made = made
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(.number, in: Self.numbers)
        certificate = try container.decode(String.self, forKey: .certificate)
        made = try container.decode(UnixTime.self, forKey: .made)
    }

    /// The certificate's bytes; nil where the text is none.
    public var der: [UInt8]? { Base64URL.decode(certificate) }
}

/// The roots of a server: `GET /v1/provenance/roots`, for anybody.
public struct CommunityRootList: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/provenance/roots"

    /// Compact ``CommunityRoot``s, the newest first: that one gives certificates now, and pictures
    /// that were signed before hang on the others.
    public let roots: [String]

    /// The roots, the newest first.
    public init(roots: [String]) { self.roots = roots }
}

/// What a device signs pictures with: `GET /v1/provenance/certificate`, for a device of an account;
/// the same answer until the name or the root changes.
public struct SigningCertificate: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/provenance/certificate"

    /// X.509 in DER, base64url, for the key that signs the device's requests.
    public let certificate: String
    /// Compact ``CommunityRoot`` that gave it.
    public let root: String
    /// The name that the artist wants to be known by, which the certificate then has; nil where it
    /// has a pseudonym.
    public let publicName: String?

    /// A certificate with the root that gave it.
    public init(certificate: [UInt8], root: String, publicName: String?) {
        self.certificate = Base64URL.encode(certificate)
        self.root = root
        self.publicName = publicName
    }

    /// The certificate's bytes; nil where the text is none.
    public var der: [UInt8]? { Base64URL.decode(certificate) }
}

/// Sets the name in the certificates of an account's devices: `POST /v1/provenance/name`, answered
/// with the device's new ``SigningCertificate``; safe to repeat.
public struct PublicNameRequest: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/provenance/name"
    /// The most characters of a name, by Unicode scalars (RFC 5280, `ub-common-name`).
    public static let nameLength = 64

    /// The name; nil for a pseudonym.
    public let name: String?

    /// A name that ``isValid(_:)``, or nil for none.
    public init(name: String?) { self.name = name }

    /// Whether a name can stand in a certificate: 1 to 64 characters on one line that every
    /// terminal can show.
    public static func isValid(_ name: String) -> Bool {
        (1...nameLength).contains(name.unicodeScalars.count)
            && PrintableText.line(name) == name
            && name.trimmingCharacters(in: .whitespaces) == name
    }
}
