/// One machine-readable statement in a file about training on it.
///
/// Its JSON form stands in signed rights statements: members keep their names.
public struct TrainingMark: Codable, Hashable, Sendable {
    /// Where in the file it stands.
    public enum Place: String, Codable, Sendable {
        /// The XMP packet.
        case xmp
        /// The C2PA manifest.
        case manifest = "c2pa"
    }

    /// What it means for a model that learns from the file.
    public enum Meaning: String, Codable, Sendable, CaseIterable {
        /// Training is allowed.
        case allowed
        /// Nothing is said.
        case unspecified
        /// Another use than training is forbidden.
        case otherUse = "other-use"
        /// Training is allowed on conditions that stand elsewhere.
        case constrained
        /// It cannot be read, so it may forbid training.
        case unreadable
        /// Training is forbidden.
        case prohibited

        /// Orders by how much it stands in the way; the highest is ``prohibited``.
        var weight: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Where in the file it stands.
    public let place: Place
    /// The property's name, such as `plus:DataMining` or `cawg.ai_training`; empty where the data
    /// cannot be read.
    public let property: String
    /// The value as it stands there, such as `DMI-PROHIBITED-AIMLTRAINING` or `notAllowed`; where
    /// the data cannot be read, why.
    public let value: String
    /// What it means.
    public let meaning: Meaning
    /// Who the file says made it, holds its rights or signed the mark; unverified, may be empty.
    public let holder: String

    init(
        _ place: Place, _ property: String, _ value: String, _ meaning: Meaning,
        holder: String = ""
    ) {
        self.place = place
        self.property = property
        self.value = String(value.prefix(Limits.valueLength))
        self.meaning = meaning
        self.holder = String(holder.prefix(Limits.holderLength))
    }

    /// The mark of data that cannot be read.
    static func unreadable(_ place: Place, _ reason: String) -> TrainingMark {
        TrainingMark(place, "", reason, .unreadable)
    }
}

/// A training mark, and the key that its manifest claims to be signed with.
public struct FoundMark: Hashable, Sendable {
    /// The mark.
    public let mark: TrainingMark
    /// The 32 bytes of the Ed25519 key of the manifest's signer, unverified; nil for a mark in XMP
    /// and for other kinds of keys.
    public let signerKey: [UInt8]?
}

/// The training marks of one picture file.
public struct TrainingMarks: Sendable {
    /// The marks, each once; those that stand in the way of training first.
    public let found: [FoundMark]

    /// Reads the marks of a PNG, JPEG or WebP file; of another format, such as PSD or TIFF, those
    /// in XMP that lies there unpacked.
    ///
    /// What cannot be read is a mark of ``TrainingMark/Meaning/unreadable``, never no mark. No
    /// signature is checked. No pixel is decoded.
    ///
    /// - Parameter file: The whole file; it may be hostile.
    public init(of file: [UInt8]) {
        let metadata = EmbeddedMetadata(of: file)
        var found: [FoundMark] = metadata.unreadable.map {
            FoundMark(mark: .unreadable($0.place, $0.reason), signerKey: nil)
        }
        for packet in metadata.packets {
            found += XMPMarks.read(packet).map { FoundMark(mark: $0, signerKey: nil) }
        }
        for store in metadata.stores { found += ManifestMarks.read(store) }
        var seen: Set<FoundMark> = []
        let distinct = found.filter { seen.insert($0).inserted }
        self.found = Array(
            distinct.sorted { $0.mark.meaning.weight > $1.mark.meaning.weight }
                .prefix(Limits.marks))
    }
}

extension TrainingMark {
    /// What it says, as the end of a sentence that begins with "It says that".
    public var words: String {
        switch meaning {
        case .allowed: "models may learn from it"
        case .unspecified: "nothing is decided about learning from it"
        case .otherUse: "it may not be used as input of AI programs"
        case .constrained: "models may learn from it only under conditions that stand elsewhere"
        case .unreadable: "something about its use that cannot be read"
        case .prohibited where value == DataMiningValue.prohibitedGenerative.rawValue:
            "no generative AI may be trained on it"
        case .prohibited where value == DataMiningValue.prohibitedExceptSearch.rawValue:
            "it may be indexed for searching, and used for no other data mining"
        case .prohibited where value == DataMiningValue.prohibited.rawValue:
            "it may not be used for data mining"
        case .prohibited where property.hasSuffix("data_mining"):
            "it may not be used for data mining"
        case .prohibited where property.hasSuffix("ai_generative_training"):
            "no generative AI may be trained on it"
        case .prohibited: "no AI may be trained on it"
        }
    }
}
