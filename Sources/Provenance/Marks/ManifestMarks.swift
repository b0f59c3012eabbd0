/// The training-mining assertions in a C2PA manifest store, of all its manifests: what an
/// ingredient's maker forbade is still in the picture.
///
/// - Note: C2PA 1.4, *Training and Data Mining*; CAWG *Training and Data Mining Assertion* 1.1.
enum ManifestMarks {
    private static let labels = ["c2pa.training-mining", "cawg.training-mining"]
    /// The kinds of entries without the prefix of whoever standardised them.
    private static let training: Set<String> = [
        "data_mining", "ai_training", "ai_generative_training",
    ]
    private static let otherUses: Set<String> = ["ai_inference"]

    /// The marks of a manifest store; one that cannot be read is a mark, too.
    static func read(_ store: ArraySlice<UInt8>) -> [FoundMark] {
        do throws(ManifestError) {
            var found: [FoundMark] = []
            for box in try JUMBFBox.all(in: store) where box.label == "c2pa" {
                for manifest in box.children { found += try marks(of: manifest) }
            }
            return found
        } catch {
            return [FoundMark(mark: .unreadable(.manifest, error.description), signerKey: nil)]
        }
    }

    private static func marks(of manifest: JUMBFBox) throws(ManifestError) -> [FoundMark] {
        guard case .boxes = manifest.content else { return [] }
        if manifest.bytes("brob") != nil { throw .malformed("a manifest is compressed") }
        let signer = signer(of: manifest)
        var found: [FoundMark] = []
        for box in assertions(in: manifest) {
            for mark in try marks(of: box, holder: signer?.name ?? "") {
                found.append(FoundMark(mark: mark, signerKey: signer?.ed25519Key))
            }
        }
        return found
    }

    /// The training-mining assertions anywhere below a box; as deep as boxes were read.
    private static func assertions(in box: JUMBFBox) -> [JUMBFBox] {
        let isOne = labels.contains { label in
            // Instances and versions: `…__1`, `….v2`.
            box.label == label || box.label.hasPrefix(label + "__")
                || box.label.hasPrefix(label + ".v")
        }
        return isOne ? [box] : box.children.flatMap(assertions)
    }

    private static func signer(of manifest: JUMBFBox) -> SignerCertificate? {
        let box = manifest.children.first { $0.label == "c2pa.signature" }
        guard let bytes = box?.bytes("cbor"), bytes.count <= Limits.contentBytes,
            let item = try? CBORValue(reading: bytes)
        else { return nil }
        return SignerCertificate(signature: item)
    }

    private static func marks(
        of box: JUMBFBox, holder: String
    ) throws(ManifestError) -> [TrainingMark] {
        let content: CBORValue
        if let bytes = box.bytes("cbor") {
            guard bytes.count <= Limits.contentBytes else {
                throw .tooLarge(limit: Limits.contentBytes)
            }
            content = try CBORValue(reading: bytes)
        } else if let bytes = box.bytes("json") {
            guard bytes.count <= Limits.contentBytes else {
                throw .tooLarge(limit: Limits.contentBytes)
            }
            content = try CBORValue(json: bytes)
        } else {
            throw .malformed("a training-mining assertion has no content")
        }
        let nested = content.values("entries")
        let entries = nested.isEmpty ? content.entries : nested.flatMap(\.entries)
        guard !entries.isEmpty else {
            throw .malformed("a training-mining assertion has no entries")
        }
        var marks: [TrainingMark] = []
        for entry in entries { marks += try self.marks(of: entry, holder: holder) }
        return marks
    }

    private static func marks(
        of entry: CBORValue.Entry, holder: String
    ) throws(ManifestError) -> [TrainingMark] {
        guard let key = entry.key.text else { return [] }
        let kind = key.split(separator: ".").last.map(String.init) ?? ""
        let isTraining = training.contains(kind)
        // An entry of somebody's own means what only they know.
        guard isTraining || otherUses.contains(kind) else { return [] }
        let uses = entry.value.text.map { [$0] } ?? entry.value.values("use").compactMap(\.text)
        guard !uses.isEmpty else { throw .malformed("\(kind) does not say which use it allows") }
        return uses.map { use in
            TrainingMark(
                .manifest, String(key.prefix(Limits.valueLength)), use,
                meaning(of: use, isTraining: isTraining), holder: holder)
        }
    }

    private static func meaning(of use: String, isTraining: Bool) -> TrainingMark.Meaning {
        let name = use.lowercased().filter(\.isLetter)
        guard isTraining else { return name == "allowed" ? .allowed : .otherUse }
        return switch name {
        case "allowed": .allowed
        case "notallowed": .prohibited
        case "constrained": .constrained
        default: .unreadable
        }
    }
}
