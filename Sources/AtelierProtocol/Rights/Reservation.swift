public import Fingerprints
public import SignedObjects

/// A device's statement that nobody else may train on some works of its account, or that they may
/// again, or its question how that stands: `POST /v1/reservations`, as ``ReservationSubmission``.
public struct ReservationRequest: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-reservation+jws"

    /// What is asked for.
    public enum Act: String, Codable, Sendable {
        /// Nobody else may train on them.
        case reserve
        /// They may again.
        case withdraw
        /// Nothing is changed; the answer says how each reservation stands.
        case status
    }

    /// The account.
    public let account: AccountID
    /// The device that signs.
    public let device: DeviceID
    /// What is asked for.
    public let act: Act
    /// SHA-256 of the works' files; each is registered as the account's own.
    public let works: [Digest]
    /// The device's corrected clock.
    public let time: UnixTime

    /// A request to be signed by the device's key, for 1 to
    /// ``RightsLimits/worksPerReservation`` works.
    public init(
        account: AccountID, device: DeviceID, act: Act, works: [Digest], time: UnixTime
    ) {
        self.account = account
        self.device = device
        self.act = act
        self.works = works
        self.time = time
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where a field is missing, or the works are none or too many.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        act = try container.decode(Act.self, forKey: .act)
        works = try container.decodeList(.works, 1...RightsLimits.worksPerReservation)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}

/// The body of `POST /v1/reservations`.
public struct ReservationSubmission: Codable, Sendable, Equatable {
    /// Compact ``ReservationRequest``.
    public let request: String

    /// - Parameter request: Compact ``ReservationRequest``, signed by the device that sends it.
    public init(request: String) {
        self.request = request
    }
}

/// How far a reservation is.
public enum ReservationState: String, Codable, Sendable, CaseIterable {
    /// A moderator has to confirm it; it stops nobody yet.
    case pending
    /// It is on the list that every client checks.
    case confirmed
    /// A moderator did not confirm it, or took it off the list.
    case refused
    /// Who made it withdrew it.
    case withdrawn
}

/// The answer to a ``ReservationRequest``: one entry for each work, in its order.
public struct ReservationReply: Codable, Sendable, Equatable {
    /// What became of one work.
    public struct Entry: Codable, Sendable, Equatable {
        /// Why there is no reservation of a work.
        public enum Refusal: String, Codable, Sendable {
            /// The account has not registered the work.
            case notRegistered = "not-registered"
            /// The work is registered as licensed or commissioned: its author reserves it.
            case notOwn = "not-own"
            /// The fingerprint's quality is below 50: unrelated pictures would match it.
            case tooLittleDetail = "too-little-detail"
            /// A moderator has refused it before.
            case refused
            /// As many reservations are in force as the list can hold.
            case listFull = "list-full"
            /// The account has as many reservations as one may have.
            case accountFull = "account-full"
        }

        /// SHA-256 of the work's file.
        public let work: Digest
        /// The reservation's number; nil where there is none.
        public let number: Int64?
        /// How far it is; nil where there is none.
        public let state: ReservationState?
        /// Why there is none, or why it is not in force; nil where all is well.
        public let refusal: Refusal?
        /// What a moderator wrote about it; empty for nothing.
        public let text: String

        /// What became of `work`.
        public init(
            work: Digest, number: Int64?, state: ReservationState?, refusal: Refusal?,
            text: String = ""
        ) {
            self.work = work
            self.number = number
            self.state = state
            self.refusal = refusal
            self.text = text
        }

        /// Reads what was sent.
        ///
        /// - Throws: `DecodingError` where a field is missing or a number out of its range.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            work = try container.decode(Digest.self, forKey: .work)
            number = try container.decodeIfPresent(.number, in: ReservationEntry.numbers)
            state = try container.decodeIfPresent(ReservationState.self, forKey: .state)
            refusal = try container.decodeIfPresent(Refusal.self, forKey: .refusal)
            let text = try container.decode(String.self, forKey: .text)
            self.text =
                text.isEmpty
                ? "" : try container.decodeText(.text, upTo: RightsLimits.textBytes)
        }
    }

    /// In the order of the request.
    public let entries: [Entry]

    /// - Parameter entries: In the order of the request.
    public init(entries: [Entry]) {
        self.entries = entries
    }
}

/// A rights holder without an account asks that nobody trains on some pictures:
/// `POST /v1/rights/reservations`. A moderator confirms it.
public struct HolderReservationRequest: Codable, Sendable, Equatable {
    /// The fingerprints of 1 to ``RightsLimits/fingerprintsPerRequest`` pictures; these are not
    /// sent.
    public let pictures: [FingerprintReading]
    /// How moderators reach the holder; shown to nobody else.
    public let contact: String
    /// Where authorship can be seen; nil for none.
    public let link: String?

    /// A request within ``RightsLimits``.
    public init(pictures: [FingerprintReading], contact: String, link: String?) {
        self.pictures = pictures
        self.contact = contact
        self.link = link
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its bounds.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pictures = try container.decodeList(.pictures, 1...RightsLimits.fingerprintsPerRequest)
        contact = try container.decodeText(.contact, upTo: RightsLimits.contactBytes)
        link =
            container.contains(.link)
            ? try container.decodeText(.link, upTo: RightsLimits.linkBytes) : nil
    }
}

/// A holder's reservations as they stand: `GET /v1/rights/reservations/{code}`.
public struct HolderReservations: Codable, Sendable, Equatable {
    /// One of them.
    public struct Entry: Codable, Sendable, Equatable {
        /// Its number.
        public let number: Int64
        /// Its picture's fingerprint.
        public let fingerprint: Fingerprint
        /// How far it is.
        public let state: ReservationState
        /// What a moderator wrote; empty for nothing.
        public let text: String

        /// One reservation as it stands.
        public init(
            number: Int64, fingerprint: Fingerprint, state: ReservationState, text: String
        ) {
            self.number = number
            self.fingerprint = fingerprint
            self.state = state
            self.text = text
        }
    }

    /// By their numbers.
    public let entries: [Entry]
    /// The cases that the reservations are in, by their numbers, after the one that was asked
    /// after; at most ``RightsLimits/casesPerList``, and fewer where much was written in them.
    public let cases: [CaseFile]

    /// Reservations with their cases.
    public init(entries: [Entry], cases: [CaseFile]) {
        self.entries = entries
        self.cases = cases
    }
}

/// An account says that a reservation is wrong: `POST /v1/reservations/{number}/contests`.
public struct ContestRequest: Codable, Sendable, Equatable {
    /// Why.
    public let text: String

    /// - Parameter text: 1 to ``RightsLimits/textBytes`` bytes.
    public init(text: String) {
        self.text = text
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where the text is blank or too long.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decodeText(.text, upTo: RightsLimits.textBytes)
    }
}

/// The case that a request opened or joined.
public struct CaseNumber: Codable, Sendable, Equatable {
    /// The case's number.
    public let number: Int64

    /// - Parameter number: From 1.
    public init(number: Int64) {
        self.number = number
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where the number is missing or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(.number, in: NumberRange.sequence)
    }
}
