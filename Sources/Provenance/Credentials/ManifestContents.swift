import Crypto
import Foundation

/// The assertions and the claim of one picture's manifest, as they follow from what it says and
/// from the picture's bytes: the same input gives the same bytes everywhere.
struct ManifestContents: Equatable {
    /// The manifest's name.
    let name: String
    /// The claim lists them all.
    let assertions: [ManifestStore.Assertion]
    /// The encoded claim.
    let claim: [UInt8]

    /// - Parameters:
    ///   - picture: SHA-256 of the file without its manifest.
    ///   - place: What the manifest takes of the file, its container's bytes included.
    init(_ credential: PictureCredential, picture: SHA256.Digest, place: Range<Int>) throws {
        let described = try Self.described(credential)
        let names = Self.names(described, picture: picture)
        assertions = described + [Self.hash(of: picture, without: place)]
        name = names.manifest
        claim = Self.claim(credential, names, assertions).encoded
    }

    /// What a store says, where it is one of this form.
    ///
    /// - Throws: ``ManifestError``.
    static func credential(in store: ManifestStore) throws(ManifestError) -> PictureCredential {
        let claim = try CBORValue(reading: store.claim[...])
        func items(_ label: String) -> [CBORValue] {
            store.assertions.filter {
                $0.label == label || $0.label.hasPrefix(label + "__")
            }.compactMap(\.item)
        }
        guard let action = items(ManifestLabel.actions).first?.list("actions").first,
            let origin = PictureCredential.Origin.allCases.first(where: {
                $0.address == action.text("digitalSourceType")
            }), let generator = claim.values("claim_generator_info").first,
            let name = generator.text("name"), let version = generator.text("version"),
            let training = Self.training(items(ManifestLabel.training))
        else { throw .malformed("its manifest says something else") }
        return PictureCredential(
            title: claim.text("dc:title"), origin: origin,
            generator: PictureCredential.Generator(name: name, version: version),
            sources: items(ManifestLabel.ingredient).compactMap(Self.source), training: training,
            evidence: try evidence(in: store))
    }

    /// The evidence of a store, even where the rest has another form.
    static func evidence(in store: ManifestStore) throws(ManifestError) -> Evidence {
        for assertion in store.assertions where assertion.label == ManifestLabel.evidence {
            guard case .json(let bytes) = assertion.content,
                bytes.count <= Limits.evidenceBytes,
                let evidence = try? JSONDecoder().decode(Evidence.self, from: Data(bytes))
            else { break }
            return evidence
        }
        throw .malformed("its evidence cannot be read")
    }

    private static func described(
        _ credential: PictureCredential
    ) throws -> [ManifestStore.Assertion] {
        let sources = credential.sources.enumerated().map { index, source in
            let label = ManifestLabel.ingredient + (index == 0 ? "" : "__\(index)")
            return ManifestStore.Assertion(label, item(of: source))
        }
        let evidence = try credential.evidence.encoded
        guard evidence.count <= Limits.evidenceBytes else {
            throw ManifestError.tooLarge(limit: Limits.evidenceBytes)
        }
        return [
            ManifestStore.Assertion(ManifestLabel.actions, action(credential, sources))
        ] + sources + [
            ManifestStore.Assertion(ManifestLabel.training, item(of: credential.training)),
            ManifestStore.Assertion(ManifestLabel.evidence, json: evidence),
        ]
    }

    private static func action(
        _ credential: PictureCredential, _ sources: [ManifestStore.Assertion]
    ) -> CBORValue {
        var created = CBORValue.object([
            "action": .text("c2pa.created"),
            "digitalSourceType": .text(credential.origin.address),
            "softwareAgent": item(of: credential.generator),
        ]).entries
        if !sources.isEmpty {
            created.append(
                CBORValue.Entry(
                    key: .text("parameters"),
                    value: .object(["ingredients": .array(sources.map(\.reference))])))
        }
        return .object(["actions": .array([.map(created)])])
    }

    private static func item(of generator: PictureCredential.Generator) -> CBORValue {
        .object(["name": .text(generator.name), "version": .text(generator.version)])
    }

    private static let digestPrefix = "urn:sha256:"

    private static func item(of source: PictureCredential.Source) -> CBORValue {
        var entries = CBORValue.object(["relationship": .text("inputTo")]).entries
        if let title = source.title {
            entries.append(CBORValue.Entry(key: .text("dc:title"), value: .text(title)))
        }
        return .map(
            entries
                + CBORValue.object([
                    "dc:format": .text(source.format),
                    "instanceID": .text(digestPrefix + source.sha256),
                ]).entries)
    }

    private static func source(_ item: CBORValue) -> PictureCredential.Source? {
        guard let format = item.text("dc:format"), let digest = item.text("instanceID"),
            digest.hasPrefix(digestPrefix)
        else { return nil }
        return PictureCredential.Source(
            sha256: String(digest.dropFirst(digestPrefix.count)), title: item.text("dc:title"),
            format: format)
    }

    private static let trainingUses = ["cawg.ai_training", "cawg.ai_generative_training"]

    private static func item(of wish: PictureCredential.TrainingWish) -> CBORValue {
        let use = CBORValue.object(["use": .text(wish.rawValue)])
        return .object([
            "entries": .map(trainingUses.map { CBORValue.Entry(key: .text($0), value: use) })
        ])
    }

    private static func training(_ items: [CBORValue]) -> PictureCredential.TrainingWish? {
        items.first?.values("entries").first?.values(trainingUses[0]).first?.text("use")
            .flatMap(PictureCredential.TrainingWish.init(rawValue:))
    }

    private static func hash(
        of picture: SHA256.Digest, without place: Range<Int>
    ) -> ManifestStore.Assertion {
        let exclusion = CBORValue.object([
            "start": .unsigned(UInt64(place.lowerBound)),
            "length": .unsigned(UInt64(place.count)),
        ])
        return ManifestStore.Assertion(
            ManifestLabel.hash,
            .object([
                "exclusions": .array([exclusion]), "alg": .text("sha256"),
                "hash": .bytes(Array(picture)), "pad": .bytes([]),
            ]))
    }

    private static func claim(
        _ credential: PictureCredential, _ names: (manifest: String, instance: String),
        _ assertions: [ManifestStore.Assertion]
    ) -> CBORValue {
        let box = "self#jumbf=/c2pa/\(names.manifest)/\(ManifestLabel.signature)"
        var entries = CBORValue.object([
            "instanceID": .text(names.instance),
            "claim_generator_info": item(of: credential.generator),
            "signature": .text(box),
            "created_assertions": .array(assertions.map(\.reference)),
            "alg": .text("sha256"),
        ]).entries
        if let title = credential.title {
            entries.append(CBORValue.Entry(key: .text("dc:title"), value: .text(title)))
        }
        return .map(entries)
    }

    /// Names that follow from the picture and what is said about it, so that the same export gives
    /// the same bytes.
    private static func names(
        _ assertions: [ManifestStore.Assertion], picture: SHA256.Digest
    ) -> (manifest: String, instance: String) {
        var hash = SHA256()
        hash.update(data: Array(picture))
        for assertion in assertions { hash.update(data: assertion.reference.encoded) }
        let digest = Array(hash.finalize())
        return (
            "urn:c2pa:\(uuid(digest.prefix(16)))", "urn:uuid:\(uuid(digest.suffix(16)))"
        )
    }

    /// A UUID of version 8 (RFC 9562, 5.8), which may hold any digest.
    private static func uuid(_ digest: ArraySlice<UInt8>) -> String {
        var bytes = Array(digest)
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
            .joined(separator: "-")
    }
}

extension CBORValue {
    /// The text under a key of a map.
    fileprivate func text(_ key: String) -> String? { values(key).first?.text }

    /// The items of the array under a key of a map.
    fileprivate func list(_ key: String) -> [CBORValue] {
        if case .array(let items) = values(key).first { items } else { [] }
    }
}
