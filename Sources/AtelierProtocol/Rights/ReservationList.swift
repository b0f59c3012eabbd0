public import Fingerprints
public import SignedObjects

/// One reservation of the list that every client checks offline: 40 bytes.
///
/// Bytes, big-endian: 4 of number, its highest bit set where the reservation is no longer in force;
/// 4 of ``ownerTag(_:_:)``, zeros for one without an account; 32 of fingerprint.
public struct ReservationEntry: Sendable, Hashable {
    /// The bytes of one entry.
    public static let byteCount = 40
    /// The numbers that reservations may have.
    public static let numbers: ClosedRange<Int64> = 1...(1 << 31 - 1)

    /// The reservation's number, which stays.
    public let number: Int64
    /// Whether it is in force; one that is not is on the list so that clients forget it.
    public let isInForce: Bool
    /// See ``ownerTag(_:_:)``.
    public let tag: [UInt8]
    /// The reserved picture's fingerprint.
    public let fingerprint: Fingerprint

    /// The entry of a reservation; `account` is nil for one that was made without an account.
    public init(
        number: Int64, isInForce: Bool, account: AccountID?, fingerprint: Fingerprint
    ) {
        self.number = number
        self.isInForce = isInForce
        self.fingerprint = fingerprint
        tag = account.map { Self.ownerTag($0, fingerprint) } ?? Self.noTag
    }

    /// Whether `account` made it: its own use stays free.
    public func isOwned(by account: AccountID) -> Bool {
        tag != Self.noTag && tag == Self.ownerTag(account, fingerprint)
    }

    /// What tells an account that a reservation is its own, and others not whose it is: the first 4
    /// bytes of SHA-256 over `atelier-reservation`, the account and the fingerprint.
    public static func ownerTag(_ account: AccountID, _ fingerprint: Fingerprint) -> [UInt8] {
        let text = Array("atelier-reservation".utf8) + account.bytes + fingerprint.bytes
        return Array(Digest(of: text).bytes.prefix(4))
    }

    private static let noTag: [UInt8] = [0, 0, 0, 0]
    private static let endedBit: UInt32 = 1 << 31

    /// The form in a page.
    public var bytes: [UInt8] {
        let word = UInt32(clamping: number) | (isInForce ? 0 : Self.endedBit)
        return withUnsafeBytes(of: word.bigEndian) { Array($0) } + tag + fingerprint.bytes
    }

    /// Reads one entry; nil where these are not its 40 bytes.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount,
            let fingerprint = Fingerprint(bytes: Array(bytes.dropFirst(8)))
        else { return nil }
        let word = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        number = Int64(clamping: word & ~Self.endedBit)
        isInForce = word & Self.endedBit == 0
        tag = Array(bytes.dropFirst(4).prefix(4))
        self.fingerprint = fingerprint
        guard Self.numbers.contains(number) else { return nil }
    }
}

/// What the server signs under a page of the list of reservations.
///
/// A client keeps ``through`` and asks for what comes after it. Where ``epoch`` is higher than the
/// one it knows, the server was restored: it forgets the list and asks after 0. A lower epoch, or a
/// ``last`` before what it holds under the same epoch, is a lie, and refused.
public struct ReservationListHead: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-reservations+jws"

    /// The serial that was asked after.
    public let after: Int64
    /// The serial up to which the page goes: nothing between the two is missing.
    public let through: Int64
    /// The serial of the newest change of the list.
    public let last: Int64
    /// The server's epoch.
    public let epoch: Int
    /// SHA-256 of the page's entries.
    public let entries: Digest
    /// Server time.
    public let time: UnixTime

    /// The head of a page from `after` to `through`, neither of them past `last`.
    public init(
        after: Int64, through: Int64, last: Int64, epoch: Int, entries: Digest, time: UnixTime
    ) {
        self.after = after
        self.through = through
        self.last = last
        self.epoch = epoch
        self.entries = entries
        self.time = time
    }

    /// Whether the epoch can be one that began: it is at most the second of its beginning, or one
    /// more than the epoch before. One far ahead, once believed, could not be followed by another.
    ///
    /// - Parameter now: The device's own clock, which no server can set; it may be behind by
    ///   ``RightsLimits/epochAhead``.
    public func isPlausible(at now: UnixTime) -> Bool {
        Int64(clamping: epoch) <= (now + RightsLimits.epochAhead).milliseconds / 1000
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        after = try container.decode(.after, in: NumberRange.sequence)
        through = try container.decode(.through, in: NumberRange.sequence)
        last = try container.decode(.last, in: NumberRange.sequence)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        entries = try container.decode(Digest.self, forKey: .entries)
        time = try container.decode(UnixTime.self, forKey: .time)
    }
}

/// A page of the list of reservations: `GET /v1/reservations?after=SERIAL`.
///
/// The list that is asked for from its beginning, `after=0`, leaves out what is no longer in force.
public struct ReservationPage: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/reservations"

    /// Compact ``ReservationListHead``.
    public let head: String
    /// The entries' bytes, base64url; in the order of their last changes, at most
    /// ``RightsLimits/entriesPerPage``.
    public let entries: String

    /// A page with its signed head.
    public init(head: JWS<ReservationListHead>, entries: [ReservationEntry]) {
        self.head = head.compact
        self.entries = Base64URL.encode(entries.flatMap(\.bytes))
    }

    /// What the server signed.
    ///
    /// - Parameters:
    ///   - key: The server's key.
    ///   - after: The serial that was asked after.
    /// - Throws: ``ReservationPageError``, or `JWSError` where `key` did not sign it.
    public func verified(
        by key: VerifyingKey, after: Int64
    ) throws -> (head: ReservationListHead, entries: [ReservationEntry]) {
        let head = try JWS<ReservationListHead>(verifying: self.head, with: key).payload
        let count = RightsLimits.entriesPerPage * ReservationEntry.byteCount
        guard let bytes = Base64URL.decode(entries), bytes.count <= count,
            bytes.count.isMultiple(of: ReservationEntry.byteCount)
        else { throw ReservationPageError.malformed }
        guard head.entries == Digest(of: bytes), head.after == after else {
            throw ReservationPageError.otherEntries
        }
        let list = stride(from: 0, to: bytes.count, by: ReservationEntry.byteCount).compactMap {
            ReservationEntry(bytes[$0..<$0 + ReservationEntry.byteCount])
        }
        guard list.count * ReservationEntry.byteCount == bytes.count else {
            throw ReservationPageError.malformed
        }
        return (head, list)
    }

    /// The digest of a page's entries, for its head.
    public static func digest(of entries: [ReservationEntry]) -> Digest {
        Digest(of: entries.flatMap(\.bytes))
    }
}

/// A page of the list of reservations that the server cannot have made.
public enum ReservationPageError: Error, Equatable, CustomStringConvertible {
    /// Its entries cannot be read.
    case malformed
    /// Its entries are not those that the server signed for the serial that was asked after.
    case otherEntries

    /// The text form.
    public var description: String {
        switch self {
        case .malformed:
            "The server's list of reservations cannot be read; the one before stays. Sync again."
        case .otherEntries:
            "The list of reservations is not the one that the server signed; the one before "
                + "stays. Sync again over another network."
        }
    }
}
