import Foundation

/// What the manifest of a picture says about it.
public struct PictureCredential: Equatable, Sendable {
    /// How a picture came to be.
    ///
    /// - Note: IPTC, *Digital Source Type* NewsCodes.
    public enum Origin: String, Codable, Sendable, CaseIterable {
        /// Drawn by a model that learned from works.
        case trainedModel = "trainedAlgorithmicMedia"
        /// Made by a person with a drawing program.
        case byHand = "digitalCreation"

        /// The address in the vocabulary.
        package var address: String {
            "http://cv.iptc.org/newscodes/digitalsourcetype/\(rawValue)"
        }
    }

    /// What its artist allows others' programs to do with it.
    public enum TrainingWish: String, Codable, Sendable, CaseIterable {
        /// Any model may learn from it.
        case allowed
        /// No model may.
        case notAllowed
    }

    /// The program that made it.
    public struct Generator: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// Its version.
        public let version: String

        /// - Parameters:
        ///   - name: The program's name.
        ///   - version: Its version.
        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// A work that a picture was made from.
    public struct Source: Equatable, Sendable {
        /// SHA-256 of the work's file, 64 hexadecimal digits.
        public let sha256: String
        /// Its title; nil unless the artist wants titles in pictures.
        public let title: String?
        /// Its media type, such as `image/png`.
        public let format: String

        /// - Parameters:
        ///   - sha256: 64 hexadecimal digits.
        ///   - title: nil unless the artist wants titles in pictures.
        ///   - format: A media type.
        public init(sha256: String, title: String?, format: String) {
            self.sha256 = sha256
            self.title = title
            self.format = format
        }
    }

    /// The title of the picture; nil unless the artist wants titles in pictures.
    public var title: String?
    /// How it came to be.
    public var origin: Origin
    /// The program that made it.
    public var generator: Generator
    /// At most 16 works, the largest share first.
    public var sources: [Source]
    /// What others may do with it.
    public var training: TrainingWish
    /// What a community's server knows of it.
    public var evidence: Evidence

    /// - Parameters:
    ///   - title: nil unless the artist wants titles in pictures.
    ///   - origin: How the picture came to be.
    ///   - generator: The program that made it.
    ///   - sources: At most 16; more are represented by ``Evidence/worksDigest``.
    ///   - training: What others may do with it.
    ///   - evidence: What a community's server knows of it.
    public init(
        title: String? = nil, origin: Origin, generator: Generator, sources: [Source] = [],
        training: TrainingWish, evidence: Evidence = Evidence()
    ) {
        self.title = title
        self.origin = origin
        self.generator = generator
        self.sources = Array(sources.prefix(Limits.sources))
        self.training = training
        self.evidence = evidence
    }
}

/// The proof that a community's server knows what a picture is made of, as far as there is one.
///
/// The texts are opaque here; whoever verifies them knows their format.
public struct Evidence: Codable, Equatable, Sendable {
    /// The version of the form of manifests; a reader that does not know it says so.
    package let form: Int
    /// The number of works that the picture's model learned from; nil for a work by hand.
    public let works: Int?
    /// The digest over all of them; nil for a work by hand.
    public let worksDigest: String?
    /// The device's signed order of the picture, a compact JWS.
    public let spend: String?
    /// The server's signed answer, a compact JWS.
    public let receipt: String?
    /// The server's public key, as its texts name it.
    public let serverKey: String?
    /// The root certificate of the server's authority, signed by that key: a compact JWS.
    public let authority: String?

    /// The form that is written.
    static let currentForm = 1

    private enum CodingKeys: String, CodingKey {
        case form
        case works
        case worksDigest = "works_digest"
        case spend
        case receipt
        case serverKey = "server_key"
        case authority
    }

    /// - Parameters:
    ///   - works: The number of works, for a generation.
    ///   - worksDigest: The digest over all of them.
    ///   - spend: A compact JWS.
    ///   - receipt: A compact JWS.
    ///   - serverKey: The server's public key.
    ///   - authority: A compact JWS by that key.
    public init(
        works: Int? = nil, worksDigest: String? = nil, spend: String? = nil,
        receipt: String? = nil, serverKey: String? = nil, authority: String? = nil
    ) {
        form = Self.currentForm
        self.works = works
        self.worksDigest = worksDigest
        self.spend = spend
        self.receipt = receipt
        self.serverKey = serverKey
        self.authority = authority
    }

    /// Its JSON with sorted members, always the same bytes.
    var encoded: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try Array(encoder.encode(self))
        }
    }
}
