public import SignedObjects

/// The end of the server's audit log, signed by the server's key.
///
/// A device keeps the last one it was given. A later one must extend it, see ``comparison(with:)``
/// and ``AuditExtension``; two heads of which neither extends the other prove that the log was
/// rewritten.
public struct AuditHead: SignedPayload {
    /// The header's `typ`.
    public static let type = "atelier-audit+jws"

    /// How many entries the log has: the last one's serial, counted from 1.
    public let serial: Int64
    /// The link of the last entry, see ``link(serial:after:content:)``; zeros where there is none.
    public let hash: Digest
    /// The server's epoch when this was signed. It rises when the server was restored from a
    /// backup, which takes entries away and says so.
    public let epoch: Int
    /// Server time of the last entry.
    public let time: UnixTime

    /// The end of a log of `serial` entries; `hash` is zero where `serial` is.
    public init(serial: Int64, hash: Digest, epoch: Int, time: UnixTime) {
        self.serial = serial
        self.hash = hash
        self.epoch = epoch
        self.time = time
    }

    /// Refuses serials and epochs that no log can have.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        serial = try values.decode(Int64.self, forKey: .serial)
        hash = try values.decode(Digest.self, forKey: .hash)
        epoch = try values.decode(.epoch, in: NumberRange.count)
        time = try values.decode(UnixTime.self, forKey: .time)
        guard Self.serials.contains(serial), serial > 0 || hash == .zero else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no head of an audit log"))
        }
    }

    /// The serials that are accepted, and 0 for an empty log; sums of two of them cannot overflow.
    public static let serials: ClosedRange<Int64> = 0...(1 << 53)

    /// The link of an entry: SHA-256 over its serial (8 bytes, big-endian), the link before it and
    /// the digest of its content.
    ///
    /// The content's digest covers 16 random bytes too, so that it tells nothing of what was done.
    public static func link(
        serial: Int64, after previous: Digest, content: Digest
    ) -> Digest {
        let number = withUnsafeBytes(of: serial.bigEndian) { Array($0) }
        return Digest(of: number + previous.bytes + content.bytes)
    }
}

/// How a newer head of the audit log stands to the one that a device holds.
public enum AuditComparison: Sendable, Equatable {
    /// Nothing happened in between.
    case same
    /// It may extend the known one: fetch the entries after `after`, through `through`, and check
    /// them with ``AuditExtension``.
    case longer(after: Int64, through: Int64)
    /// It does not extend the known one, and the server began a new epoch in between: it says that
    /// it was restored from a backup.
    case restored
    /// It does not extend the known one, and the server says nothing of a restore: entries were
    /// taken away or changed.
    case contradiction
}

extension AuditHead {
    /// How this head, whose signature was checked, stands to one that was given before.
    ///
    /// A head of an earlier epoch never extends one of a later epoch: epochs only rise.
    public func comparison(with known: AuditHead) -> AuditComparison {
        if epoch < known.epoch { return .contradiction }
        if serial == known.serial, hash == known.hash { return .same }
        if serial > known.serial { return .longer(after: known.serial, through: serial) }
        return mismatch(with: known)
    }

    /// What it means that this head does not extend `known`.
    func mismatch(with known: AuditHead) -> AuditComparison {
        epoch > known.epoch ? .restored : .contradiction
    }
}

/// Checks that one head of the audit log extends another, from the entries in between.
///
/// ```swift
/// var check = AuditExtension(of: known, to: newer)
/// while let after = check.next { check.take(try await page(after: after)) }
/// check.result    // .same: it extends; .restored or .contradiction
/// ```
public struct AuditExtension: Sendable {
    private let known: AuditHead
    private let newer: AuditHead
    private var serial: Int64
    private var hash: Digest
    private var isBroken = false

    /// - Parameters:
    ///   - known: The head that the device holds.
    ///   - newer: The head to check; its signature was checked.
    public init(of known: AuditHead, to newer: AuditHead) {
        self.known = known
        self.newer = newer
        (serial, hash) = (known.serial, known.hash)
    }

    /// The serial to ask for the entries after; nil when the result is known.
    public var next: Int64? {
        guard !isBroken, case .longer = newer.comparison(with: known), serial < newer.serial
        else { return nil }
        return serial
    }

    /// Takes the next page. An empty page before the end breaks the chain: the server does not
    /// show what it counts. What lies after the newer head is left aside.
    public mutating func take(_ page: AuditPage) {
        guard next != nil, !page.contents.isEmpty,
            page.contents.count <= ProtocolLimits.auditEntries
        else {
            isBroken = true
            return
        }
        for content in page.contents where serial < newer.serial {
            serial += 1
            hash = AuditHead.link(serial: serial, after: hash, content: content)
        }
    }

    /// ``AuditComparison/same`` where the newer head extends the known one or is the same, else
    /// ``AuditComparison/restored`` or ``AuditComparison/contradiction``; while pages are missing
    /// ``AuditComparison/longer(after:through:)``.
    public var result: AuditComparison {
        if next != nil { return .longer(after: serial, through: newer.serial) }
        guard case .longer = newer.comparison(with: known) else {
            return newer.comparison(with: known)
        }
        return !isBroken && hash == newer.hash ? .same : newer.mismatch(with: known)
    }
}

/// Entries of the audit log without their contents: `GET /v1/audit?after=N`.
public struct AuditPage: Codable, Sendable, Equatable {
    /// The digests of the contents of the entries after the serial that was asked for, in order; at
    /// most ``ProtocolLimits/auditEntries``, none past the end of the log.
    public let contents: [Digest]

    /// - Parameter contents: In the order of the log.
    public init(contents: [Digest]) {
        self.contents = contents
    }

    /// The route.
    public static let target = "/v1/audit"
}
