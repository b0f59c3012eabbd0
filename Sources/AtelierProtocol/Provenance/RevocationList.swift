import Foundation
public import SignedObjects

/// One certificate key, or one root, that a server no longer vouches for: 25 bytes.
///
/// Bytes, big-endian: 1 of ``Kind``; 16 of the device, or of the root's number; 8 of milliseconds
/// since 1970. A device is named by its key, not by a serial number: it has had a certificate for
/// each name and root.
public struct RevocationEntry: Sendable, Hashable {
    /// The bytes of one entry.
    public static let byteCount = 25

    /// What is revoked.
    public enum Kind: Sendable, Hashable {
        /// A device, by its account's word.
        case device(DeviceID)
        /// A device of an account that was purged.
        case purged(DeviceID)
        /// A root whose key is no longer trusted, by its number.
        case root(Int)
    }

    /// What is revoked.
    public let kind: Kind
    /// Since when.
    public let time: UnixTime

    /// An entry of the list.
    public init(_ kind: Kind, since time: UnixTime) {
        (self.kind, self.time) = (kind, time)
    }

    /// The form in the list.
    public var bytes: [UInt8] {
        let (number, name): (UInt8, [UInt8]) =
            switch kind {
            case .device(let device): (0, device.bytes)
            case .purged(let device): (1, device.bytes)
            case .root(let number): (2, Self.bigEndian(0) + Self.bigEndian(Int64(clamping: number)))
            }
        return [number] + name + Self.bigEndian(time.milliseconds)
    }

    /// Reads one entry; nil where these are not its 25 bytes.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount, let first = bytes.first else { return nil }
        let name = bytes.dropFirst().prefix(DeviceID.byteCount)
        let milliseconds = Self.number(bytes.suffix(8))
        guard let milliseconds, milliseconds <= UnixTime.latest.milliseconds else { return nil }
        time = UnixTime(milliseconds: milliseconds)
        switch first {
        case 0, 1:
            guard let device = DeviceID(name) else { return nil }
            kind = first == 0 ? .device(device) : .purged(device)
        case 2:
            guard name.prefix(8).allSatisfy({ $0 == 0 }),
                let number = Self.number(name.suffix(8)).flatMap({ Int(exactly: $0) }),
                CommunityRoot.numbers.contains(number)
            else { return nil }
            kind = .root(number)
        default: return nil
        }
    }

    private static func bigEndian(_ number: Int64) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
        Int64(exactly: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

/// What the server signs under its list of revoked certificates.
///
/// Entries are only ever added, at the end: within one ``epoch`` a list of a lower ``number``, or
/// with other entries up to a number that is known, is a lie. A restored server has a higher epoch.
public struct RevocationListHead: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-revocations+jws"

    /// How many entries there are, and the newest one's number.
    public let number: Int
    /// The server's epoch.
    public let epoch: Int
    /// The number of the root that gives certificates now.
    public let root: Int
    /// SHA-256 of the entries.
    public let entries: Digest
    /// Server time, to the hour, so that the answer stays the same for so long.
    public let time: UnixTime

    /// The head of a list.
    public init(epoch: Int, root: Int, entries: [RevocationEntry], time: UnixTime) {
        number = entries.count
        self.epoch = epoch
        self.root = root
        self.entries = Digest(of: entries.flatMap(\.bytes))
        self.time = time
    }

    /// Reads what was signed.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(.number, in: 0...ProtocolLimits.revocations)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        root = try container.decode(.root, in: CommunityRoot.numbers)
        entries = try container.decode(Digest.self, forKey: .entries)
        time = try container.decode(UnixTime.self, forKey: .time)
    }

    /// Whether the epoch can be one that began; see ``ReservationListHead/isPlausible(at:)``.
    public func isPlausible(at now: UnixTime) -> Bool {
        Int64(clamping: epoch) <= (now + RightsLimits.epochAhead).milliseconds / 1000
    }
}

/// The certificates that a server no longer vouches for: `GET /v1/provenance/revocations`, for
/// anybody, with a tag by which an unchanged list is not sent again.
public struct RevocationList: Codable, Sendable, Equatable {
    /// The route.
    public static let target = "/v1/provenance/revocations"

    /// Compact ``RevocationListHead``.
    public let head: String
    /// The entries' bytes, base64url, the oldest first; at most ``ProtocolLimits/revocations``.
    public let entries: String

    /// A list with its signed head.
    public init(head: JWS<RevocationListHead>, entries: [RevocationEntry]) {
        self.head = head.compact
        self.entries = Base64URL.encode(entries.flatMap(\.bytes))
    }

    /// What the server signed.
    ///
    /// - Throws: ``RevocationListError``; `JWSError` where `key` did not sign it.
    public func verified(by key: VerifyingKey) throws -> Revocations {
        let head = try JWS<RevocationListHead>(verifying: self.head, with: key).payload
        let size = RevocationEntry.byteCount
        guard entries.utf8.count <= (ProtocolLimits.revocations * size + 2) / 3 * 4,
            let bytes = Base64URL.decode(entries), bytes.count == head.number * size
        else { throw RevocationListError.malformed }
        guard head.entries == Digest(of: bytes) else { throw RevocationListError.otherEntries }
        let list = stride(from: 0, to: bytes.count, by: size).compactMap {
            RevocationEntry(bytes[$0..<$0 + size])
        }
        guard list.count == head.number else { throw RevocationListError.malformed }
        return Revocations(server: ServerFingerprint(key: key), head: head, entries: list)
    }
}

/// A list of revocations whose signature holds.
public struct Revocations: Sendable, Equatable {
    /// Whose.
    public let server: ServerFingerprint
    /// What the server signed.
    public let head: RevocationListHead
    /// The oldest first.
    public let entries: [RevocationEntry]

    private let devices: [DeviceID: UnixTime]
    private let roots: [Int: UnixTime]

    fileprivate init(
        server: ServerFingerprint, head: RevocationListHead, entries: [RevocationEntry]
    ) {
        (self.server, self.head, self.entries) = (server, head, entries)
        var devices: [DeviceID: UnixTime] = [:]
        var roots: [Int: UnixTime] = [:]
        for entry in entries {
            switch entry.kind {
            case .device(let device), .purged(let device):
                devices[device] = min(devices[device] ?? entry.time, entry.time)
            case .root(let number): roots[number] = min(roots[number] ?? entry.time, entry.time)
            }
        }
        (self.devices, self.roots) = (devices, roots)
    }

    /// Since when a device is revoked; nil where it is not.
    public func time(of device: DeviceID) -> UnixTime? { devices[device] }

    /// Since when a root is revoked; nil where it is not.
    public func time(ofRoot number: Int) -> UnixTime? { roots[number] }

    /// Refuses a list that cannot come after one that is known.
    ///
    /// - Throws: ``RevocationListError``.
    public func checkFollows(_ known: Revocations) throws(RevocationListError) {
        guard head.epoch >= known.head.epoch else { throw .olderServer }
        guard head.epoch == known.head.epoch else { return }
        guard head.number >= known.head.number else {
            throw .fallingNumber(from: known.head.number, to: head.number)
        }
        guard entries.starts(with: known.entries) else { throw .rewritten }
    }
}

/// Why a server's list of revoked certificates was refused; the one before stays.
public enum RevocationListError: Error, Equatable, CustomStringConvertible {
    /// It cannot be read.
    case malformed
    /// Its entries are not those that the server signed.
    case otherEntries
    /// The server's key did not sign it.
    case notSigned
    /// It has fewer entries than one that is known.
    case fallingNumber(from: Int, to: Int)
    /// Its entries are not those of the one that is known, with others after them.
    case rewritten
    /// It is of an earlier state of the server than is known.
    case olderServer
    /// Its epoch lies further ahead than a server's can.
    case epochAhead
    /// It is not of the present day.
    case anotherDay

    /// What happened, and what to do.
    public var description: String {
        let what =
            switch self {
            case .malformed: "It cannot be read."
            case .otherEntries: "Its entries are not those that the server signed."
            case .notSigned: "The server's key did not sign it."
            case .fallingNumber(let known, let told):
                "Its number is \(told), and \(known) is known."
            case .rewritten: "Entries that were on it are gone or changed."
            case .olderServer: "It is of an earlier state of the server."
            case .epochAhead:
                "It is of a later time than this device's clock allows. Check the clock."
            case .anotherDay: "It is not of today."
            }
        return "The server's list of revoked certificates was refused, and the one before stays. "
            + "\(what) Ask the operator if this stays."
    }
}
