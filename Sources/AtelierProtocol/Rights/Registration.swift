public import Fingerprints
public import SignedObjects

/// Why an artist may let a model learn from a work.
public enum WorkBasis: String, Codable, Sendable, CaseIterable {
    /// The artist made it and holds the rights.
    case mine
    /// Somebody else made it and allows this.
    case licensed
    /// Somebody else ordered it and allows this.
    case commissioned
}

/// A device's statement that the account's models may have learned from a work; signed by the
/// device.
///
/// It holds no title, no text of a licence and no pixel.
public struct WorkRegistration: SignedPayload, Hashable {
    /// The header's `typ`.
    public static let type = "atelier-work-registration+jws"

    /// The account.
    public let account: AccountID
    /// The device that signs this.
    public let device: DeviceID
    /// SHA-256 of the work's file: names the work.
    public let work: Digest
    /// The hash of its pixels, which the digest of a model's works is made of.
    public let pixels: Digest
    /// The perceptual hashes of the work in its eight orientations, and how much they can be
    /// trusted.
    public let reading: FingerprintReading
    /// Why the artist may use it.
    public let basis: WorkBasis
    /// Digest of the compact signed rights statement, which stays with the artist.
    public let statement: Digest
    /// The device's corrected clock.
    public let time: UnixTime

    /// The perceptual hash of the work as it is.
    public var fingerprint: Fingerprint { reading.fingerprint }

    /// A registration to be signed by the device.
    public init(
        account: AccountID, device: DeviceID, work: Digest, pixels: Digest,
        reading: FingerprintReading, basis: WorkBasis, statement: Digest, time: UnixTime
    ) {
        self.account = account
        self.device = device
        self.work = work
        self.pixels = pixels
        self.reading = reading
        self.basis = basis
        self.statement = statement
        self.time = time
    }
}

/// A device's statement which works a model learned from; signed by the device.
public struct ModelRegistration: SignedPayload, Hashable {
    /// The header's `typ`.
    public static let type = "atelier-model-registration+jws"
    /// Room for ``ProtocolLimits/worksPerModel`` digests.
    public static let compactBytes = 128 * 1024

    /// The account.
    public let account: AccountID
    /// The device that signs this.
    public let device: DeviceID
    /// SHA-256 of the model file.
    public let model: Digest
    /// The version of the synthesis, such as `atelier-style/7`.
    public let engine: String
    /// The works' files, by the hashes of their pixels ascending: the order in which the digest of
    /// the works takes them.
    public let works: [Digest]
    /// The device's corrected clock.
    public let time: UnixTime

    /// A registration to be signed by the device.
    ///
    /// - Parameters:
    ///   - engine: At most ``ProtocolLimits/engineBytes`` bytes.
    ///   - works: 1 to ``ProtocolLimits/worksPerModel``, each once.
    public init(
        account: AccountID, device: DeviceID, model: Digest, engine: String, works: [Digest],
        time: UnixTime
    ) {
        self.account = account
        self.device = device
        self.model = model
        self.engine = engine
        self.works = works
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        model = try container.decode(Digest.self, forKey: .model)
        engine = try container.decode(String.self, forKey: .engine)
        works = try container.decode([Digest].self, forKey: .works)
        time = try container.decode(UnixTime.self, forKey: .time)
        guard (1...ProtocolLimits.engineBytes).contains(engine.utf8.count) else {
            throw DecodingError.dataCorruptedError(
                forKey: .engine, in: container, debugDescription: "a name that is too long")
        }
        guard (1...ProtocolLimits.worksPerModel).contains(works.count),
            Set(works).count == works.count
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .works, in: container, debugDescription: "no work, too many, or one twice")
        }
    }

    /// The digest of works that a rendering names: SHA-256 over the hashes of their pixels.
    ///
    /// - Parameter pixels: In the order of ``works``.
    public static func worksDigest(ofPixels pixels: some Sequence<Digest>) -> Digest {
        Digest(of: pixels.flatMap(\.bytes))
    }
}

/// A device takes registrations back, as their works were removed; signed by the device.
public struct RegistrationWithdrawal: SignedPayload, Hashable {
    /// The header's `typ`.
    public static let type = "atelier-registration-withdrawal+jws"

    /// The account.
    public let account: AccountID
    /// The device that signs this.
    public let device: DeviceID
    /// The works' files.
    public let works: [Digest]
    /// The models' files.
    public let models: [Digest]
    /// The device's corrected clock.
    public let time: UnixTime

    /// A withdrawal to be signed by the device.
    ///
    /// - Parameters:
    ///   - works: At most ``ProtocolLimits/registrationsPerRequest``.
    ///   - models: As many at most.
    public init(
        account: AccountID, device: DeviceID, works: [Digest], models: [Digest], time: UnixTime
    ) {
        self.account = account
        self.device = device
        self.works = works
        self.models = models
        self.time = time
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        account = try container.decode(AccountID.self, forKey: .account)
        device = try container.decode(DeviceID.self, forKey: .device)
        works = try container.decode([Digest].self, forKey: .works)
        models = try container.decode([Digest].self, forKey: .models)
        time = try container.decode(UnixTime.self, forKey: .time)
        for (key, count) in [(CodingKeys.works, works.count), (.models, models.count)]
        where count > ProtocolLimits.registrationsPerRequest {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "too many at once")
        }
    }
}
