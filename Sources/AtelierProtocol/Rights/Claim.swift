public import Fingerprints
public import SignedObjects

/// Asks whether a picture is near one that somebody registered: `POST /v1/rights/inquiries`,
/// without an account. The picture is not sent.
public struct InquiryRequest: Codable, Sendable, Equatable {
    /// The picture's fingerprints, and PDQ's measure of its detail.
    public let reading: FingerprintReading

    /// - Parameter reading: The picture's.
    public init(reading: FingerprintReading) {
        self.reading = reading
    }
}

/// The answer to an ``InquiryRequest``: no name, no number, no distance.
public struct InquiryReply: Codable, Sendable, Equatable {
    /// What was found.
    public enum Match: String, Codable, Sendable {
        /// A near one; a claim reaches whoever registered it.
        case near
        /// None. A crop of over 3 % or a turn of 2° is not found.
        case none
        /// The quality is below 50: unrelated pictures would match.
        case tooLittleDetail = "too-little-detail"
    }

    /// What was found.
    public let match: Match

    /// - Parameter match: What was found.
    public init(match: Match) {
        self.match = match
    }
}

/// Says that a picture is one's own, and may be among somebody's works:
/// `POST /v1/rights/claims`, without an account.
public struct ClaimRequest: Codable, Sendable, Equatable {
    /// The picture's fingerprints, and PDQ's measure of its detail.
    public let reading: FingerprintReading
    /// What the claimant says; the other side reads it too.
    public let statement: String
    /// How moderators reach the claimant; shown to nobody else.
    public let contact: String
    /// Where authorship can be seen; moderators alone see them. Left out: none.
    public let links: [String]

    /// A claim within ``RightsLimits``.
    public init(
        reading: FingerprintReading, statement: String, contact: String, links: [String]
    ) {
        self.reading = reading
        self.statement = statement
        self.contact = contact
        self.links = links
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its bounds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        reading = try container.decode(FingerprintReading.self, forKey: .reading)
        statement = try container.decodeText(.statement, upTo: RightsLimits.textBytes)
        contact = try container.decodeText(.contact, upTo: RightsLimits.contactBytes)
        links =
            container.contains(.links)
            ? try container.decodeTexts(
                .links, RightsLimits.links, upTo: RightsLimits.linkBytes) : []
    }
}

/// The answer to a ``ClaimRequest`` and to a ``HolderReservationRequest``; it is the same whether a
/// match was found or not.
public struct RightsCodeReply: Codable, Sendable, Equatable {
    /// What follows, answers and withdraws it; shown once.
    public let code: RightsCode
    /// Where it is used: `GET` reads how it stands, `POST` of `/answers`, `/appeals` and
    /// `/withdrawal` below it acts.
    public let path: String
    /// What to do with the code, in words.
    public let text: String

    /// A code, where it is used, and what to do with it.
    public init(code: RightsCode, path: String, text: String) {
        self.code = code
        self.path = path
        self.text = text
    }
}

/// The secret of whoever claimed or reserved without an account: 16 random bytes, of which the
/// server stores a hash alone.
public struct RightsCode: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// What the server stores: a stolen database opens nothing.
    package var hash: Digest { Digest(of: Array("atelier-rights-code".utf8) + bytes) }
}

/// A claim as its claimant reads it: `GET /v1/rights/claims/{code}`. An unknown code gets
/// `not-found`.
public struct ClaimStatus: Codable, Sendable, Equatable {
    /// When it was made.
    public let opened: UnixTime
    /// Whether the claimant has given the picture.
    public let hasPicture: Bool
    /// Its cases, by their numbers, after the one that was asked after: one for each match; one
    /// without a respondent where there was none. At most ``RightsLimits/casesPerList``, and fewer
    /// where much was written in them.
    public let cases: [CaseFile]

    /// A claim with its cases.
    public init(opened: UnixTime, hasPicture: Bool, cases: [CaseFile]) {
        self.opened = opened
        self.hasPicture = hasPicture
        self.cases = cases
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where there are too many cases.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        opened = try container.decode(UnixTime.self, forKey: .opened)
        hasPicture = try container.decode(Bool.self, forKey: .hasPicture)
        cases = try container.decodeList(.cases, 0...RightsLimits.casesPerList)
    }
}
