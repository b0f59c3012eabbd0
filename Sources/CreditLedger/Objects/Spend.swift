public import SignedObjects

/// A device's statement that it used a lease for one rendering; signed by the device.
public struct Spend: SignedPayload {
    /// The header\'s `typ`.
    public static let type = "atelier-spend+jws"

    /// The account that owns the credit.
    public let account: AccountID
    /// The device that spends, and signs this.
    public let device: DeviceID
    /// The lease that is used up.
    public let lease: LeaseID
    /// The leased credit's index within its account.
    public let credit: Int
    /// The leased credit's epoch.
    public let epoch: Int
    /// The device journal that this spend stands in.
    public let journal: JournalID
    /// The position in that journal, from 1.
    public let number: Int
    /// Digest of the journal's spend before this one; zero for the first.
    public let previous: Digest
    /// What was generated: ``RenderSpec/digest`` of ``parts``.
    public let body: Digest
    /// What the body is made of.
    public let parts: RenderSpec
    /// The device's corrected clock.
    public let time: UnixTime
    /// The highest order serial that the device had seen.
    public let orderSerial: Int

    /// A spend to be signed by the device; `number` counts from 1.
    public init(
        account: AccountID, device: DeviceID, lease: LeaseID, credit: Int, epoch: Int,
        journal: JournalID, number: Int, previous: Digest, parts: RenderSpec, time: UnixTime,
        orderSerial: Int
    ) {
        self.account = account
        self.device = device
        self.lease = lease
        self.credit = credit
        self.epoch = epoch
        self.journal = journal
        self.number = number
        self.previous = previous
        body = parts.digest
        self.parts = parts
        self.time = time
        self.orderSerial = orderSerial
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range, or the body
    ///   is not that of the parts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        lease = try container.decode(LeaseID.self, forKey: .lease)
        credit = try container.decode(.credit, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        journal = try container.decode(JournalID.self, forKey: .journal)
        number = try container.decode(.number, in: NumberRange.count)
        previous = try container.decode(Digest.self, forKey: .previous)
        body = try container.decode(Digest.self, forKey: .body)
        parts = try container.decode(RenderSpec.self, forKey: .parts)
        time = try container.decode(UnixTime.self, forKey: .time)
        orderSerial = try container.decode(.orderSerial, in: NumberRange.count)
        guard body == parts.digest else {
            throw DecodingError.dataCorruptedError(
                forKey: .body, in: container, debugDescription: "not the digest of the parts")
        }
    }
}

/// Names one spend journal of one device: 16 random bytes, made with the journal file.
public struct JournalID: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// What one credit buys: one model, one set of settings, one seed, one engine version.
///
/// Rendering it again, on any day, is the same body and costs nothing more.
public struct RenderSpec: Codable, Hashable, Sendable {
    /// SHA-256 of the model file.
    public let model: Digest
    /// Digest of the works that the model learned from.
    public let works: Digest
    /// Digest of size, sketch and every other setting.
    public let settings: Digest
    /// The base seed, which may be beyond the 2^53 that a number in JSON is exact to.
    private let seedBytes: SeedBytes
    /// The version of the synthesis, such as `1`.
    public let engine: String

    /// The base seed.
    public var seed: UInt64 { seedBytes.bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// What is rendered; each field takes part in ``digest``.
    public init(model: Digest, works: Digest, settings: Digest, seed: UInt64, engine: String) {
        self.model = model
        self.works = works
        self.settings = settings
        seedBytes = SeedBytes(checked: withUnsafeBytes(of: seed.bigEndian) { Array($0) })
        self.engine = engine
    }

    /// SHA-256 over the fields, in a fixed order: three digests, the seed as 8 bytes
    /// big-endian, the engine version.
    public var digest: Digest {
        Digest(
            of: model.bytes + works.bytes + settings.bytes + seedBytes.bytes + Array(engine.utf8))
    }

    private enum CodingKeys: String, CodingKey {
        case model, works, settings, engine
        case seedBytes = "seed"
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(Digest.self, forKey: .model)
        works = try container.decode(Digest.self, forKey: .works)
        settings = try container.decode(Digest.self, forKey: .settings)
        seedBytes = try container.decode(SeedBytes.self, forKey: .seedBytes)
        engine = try container.decode(String.self, forKey: .engine)
        guard engine.utf8.count <= LedgerLimits.engineBytes else {
            throw DecodingError.dataCorruptedError(
                forKey: .engine, in: container, debugDescription: "a name that is too long")
        }
    }
}

/// A seed, big-endian.
private struct SeedBytes: FixedBytes {
    static let byteCount = 8
    let bytes: [UInt8]
    init(checked bytes: [UInt8]) { self.bytes = bytes }
}
