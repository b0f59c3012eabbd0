import Crypto
import Foundation
import Provenance
import StyleKit
import TestSupport
import Testing

/// Manifests that are written into pictures and read back.
@Suite("Credentials of pictures")
struct CredentialTests {
    private static let kinds: [MarkedFile.Kind] = [.png, .jpeg]

    // Goal: what is written is read back, the same export gives the same bytes, and the pixels stay
    // as they are. Method: both formats, with and without sources, title and receipt.
    @Test(arguments: kinds)
    func whatIsWrittenIsReadBack(kind: MarkedFile.Kind) throws {
        let studio = try SigningStudio()
        let file = try MarkedFile.plain(kind)
        for credential in [SigningStudio.generation, SigningStudio.handmade] {
            let signed = try SignedPicture(file, saying: credential, by: studio.signer).bytes
            guard case .intact(let read, let chain) = CredentialReading(of: signed).state else {
                Issue.record("\(CredentialReading(of: signed).state)")
                continue
            }
            #expect(read == credential)
            #expect(chain.name == "Mira of the Hills")
            #expect(chain.publicKey == Array(studio.device.publicKey.rawRepresentation))
            #expect(
                try SignedPicture(file, saying: credential, by: studio.signer).bytes == signed)
            #expect(try Picture.decode(signed).0.pixelHash == Picture.decode(file).0.pixelHash)
        }
    }

    // Goal: the form does not change by accident: others keep such files for years. Method: digests
    // of files that were signed with fixed keys; the picture is written here, without an encoder.
    @Test func theFormStaysTheSame() throws {
        let studio = try SigningStudio()
        let signed = try SignedPicture(
            Self.tinyPNG, saying: SigningStudio.generation, by: studio.signer
        ).bytes
        let digest = SHA256.hash(data: signed).map { String(format: "%02x", $0) }.joined()
        #expect(digest == Self.goldenDigest, "\(signed.count) bytes")
    }

    private static let goldenDigest =
        "554b1077f97cbac4fcff8592222a141392bf49184a231d53abbaadc69a80abcb"

    /// One grey pixel; the compressed data is a stored block.
    private static let tinyPNG: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0,
        0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, 0x49, 0x44, 0x41,
        0x54, 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0,
        0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]

    // Goal: no byte of a signed file can be changed unseen. Method: the lowest and the highest bit
    // of every byte of a small file of each format.
    @Test(arguments: kinds)
    func everyChangedByteIsSeen(kind: MarkedFile.Kind) throws {
        let studio = try SigningStudio()
        let signed = try SignedPicture(
            MarkedFile.plain(kind), saying: SigningStudio.generation, by: studio.signer
        ).bytes
        var accepted: [Int] = []
        for index in signed.indices {
            for bit in [UInt8(0x01), 0x80] {
                var changed = signed
                changed[index] ^= bit
                if case .intact = CredentialReading(of: changed).state { accepted.append(index) }
            }
        }
        #expect(accepted == [], "of \(signed.count) bytes")
    }

    // Goal: bytes that are added, left out or exchanged are seen, too. Method: 4,000 random edits.
    @Test(arguments: kinds, SeededGenerator.seeds(2))
    func everyEditIsSeen(kind: MarkedFile.Kind, seed: UInt64) throws {
        let studio = try SigningStudio()
        let signed = try SignedPicture(
            MarkedFile.plain(kind), saying: SigningStudio.generation, by: studio.signer
        ).bytes
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var changed = signed
            let start = Int.random(in: 0..<changed.count, using: &random)
            let end = min(changed.count, start + Int.random(in: 1...40, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: changed.removeSubrange(start..<end)
            case 1: changed.insert(contentsOf: changed[start..<end], at: start)
            case 2: changed.append(UInt8.random(in: 0...255, using: &random))
            default: changed.swapAt(start, Int.random(in: 0..<changed.count, using: &random))
            }
            guard changed != signed else { continue }
            if case .intact = CredentialReading(of: changed).state {
                Issue.record("an edit at \(start) went unseen")
            }
        }
    }

    // Goal: a manifest of another program is not judged; one that was moved to another picture is
    // altered; a second manifest is refused.
    @Test(arguments: kinds)
    func othersManifestsAreNotJudged(kind: MarkedFile.Kind) throws {
        let studio = try SigningStudio()
        let file = try MarkedFile.plain(kind)
        #expect(CredentialReading(of: file).state == .none)
        #expect(CredentialReading(of: Array("GIF89a".utf8)).state == .none)
        let foreign = try MarkedFile.holding(
            store: MarkedFile.store(MarkedFile.map([])), in: kind)
        #expect(
            CredentialReading(of: foreign).state == .foreign(reason: "another program wrote it"))
        #expect(throws: CredentialError.alreadySigned) {
            try SignedPicture(foreign, saying: SigningStudio.handmade, by: studio.signer)
        }
        let signed = try SignedPicture(
            file, saying: SigningStudio.generation, by: studio.signer
        ).bytes
        #expect(throws: CredentialError.alreadySigned) {
            try SignedPicture(signed, saying: SigningStudio.generation, by: studio.signer)
        }
        #expect(throws: CredentialError.otherFormat) {
            try SignedPicture(
                MarkedFile.plain(.webp), saying: SigningStudio.handmade, by: studio.signer)
        }
    }

    // Goal: a store that takes several segments of a JPEG file is read back; what is too long is
    // refused. Method: evidence of up to the limit.
    @Test(arguments: kinds)
    func longEvidenceIsCarried(kind: MarkedFile.Kind) throws {
        let studio = try SigningStudio()
        let file = try MarkedFile.plain(kind)
        func credential(_ length: Int) -> PictureCredential {
            var credential = SigningStudio.generation
            credential.evidence = Evidence(
                works: 3, worksDigest: "aa", receipt: String(repeating: "x", count: length))
            credential.title = String(repeating: "t", count: 20_000)
            return credential
        }
        let long = credential(65_000)
        let signed = try SignedPicture(file, saying: long, by: studio.signer).bytes
        guard case .intact(let read, _) = CredentialReading(of: signed).state else {
            Issue.record("\(CredentialReading(of: signed).state)")
            return
        }
        #expect(read == long)
        #expect(throws: CredentialError.tooLarge(limit: Provenance.Limits.evidenceBytes)) {
            try SignedPicture(file, saying: credential(66_000), by: studio.signer)
        }
    }

    // Goal: programs that read no manifests read who made it, how, and what is forbidden; nothing
    // in a name breaks out of it. Method: exiftool, before and after the manifest is added.
    @Test(arguments: kinds)
    func metadataIsReadByOthers(kind: MarkedFile.Kind) throws {
        let studio = try SigningStudio()
        let metadata = PictureMetadata(
            creator: "Mira & <b>\u{8} “湖”", rights: "© Mira", origin: .trainedModel,
            training: .notAllowed)
        let described = try metadata.added(to: MarkedFile.plain(kind))
        let signed = try SignedPicture(
            described, saying: SigningStudio.generation, by: studio.signer
        ).bytes
        let folder = try TemporaryFolder()
        for (name, file) in [("described", described), ("signed", signed)] {
            let place = folder.url.appending(path: "\(name).\(kind)")
            try Data(file).write(to: place)
            func read(_ tag: String) throws -> String {
                try Shell.run(["exiftool", "-XMP-\(tag)", "-b", place.path])
            }
            #expect(try read("dc:Creator") == "Mira & <b> “湖”")
            #expect(try read("dc:Rights") == "© Mira")
            #expect(
                try read("iptcExt:DigitalSourceType")
                    == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")
            #expect(try Shell.run(["exiftool", "-validate", "-b", place.path]).hasPrefix("0"))
        }
        #expect(
            TrainingMarks(of: described).found.map(\.mark.value) == ["DMI-PROHIBITED-AIMLTRAINING"])
        #expect(throws: ProtectionError.severalPackets) { try metadata.added(to: described) }
    }

    // Goal: a certificate counts while its root is trusted and both are valid, and never for
    // another root or of a key that was not certified.
    @Test func certificatesCountWithinTheirTime() async throws {
        let studio = try SigningStudio()
        let signed = try SignedPicture(
            MarkedFile.plain(.png), saying: SigningStudio.generation, by: studio.signer
        ).bytes
        guard case .intact(_, let chain) = CredentialReading(of: signed).state else {
            Issue.record("not intact")
            return
        }
        let root = studio.authority.certificate
        let other = try CommunityAuthority(
            key: Curve25519.Signing.PrivateKey(), name: "studio.example", from: SigningStudio.start)
        let later = SigningStudio.start.addingTimeInterval(86_400)
        #expect(chain.isGiven(by: [root], at: later))
        #expect(chain.isGiven(by: [other.certificate, root], at: later))
        #expect(!chain.isGiven(by: [other.certificate], at: later))
        #expect(!chain.isGiven(by: [], at: later))
        #expect(!chain.isGiven(by: [[1, 2, 3]], at: later))
        #expect(
            !chain.isGiven(by: [root], at: SigningStudio.start.addingTimeInterval(-1)))
        #expect(
            !chain.isGiven(
                by: [root], at: SigningStudio.start.addingTimeInterval(11 * 365.25 * 86_400)))
        // A root is no certificate of a device.
        let asDevice = CredentialSigner(certificates: [root]) {
            try Array(studio.key.signature(for: $0))
        }
        let byRoot = try SignedPicture(
            MarkedFile.plain(.png), saying: SigningStudio.generation, by: asDevice
        ).bytes
        if case .intact(_, let chain) = CredentialReading(of: byRoot).state {
            #expect(!chain.isGiven(by: [root], at: later))
        }
    }

    // Goal: a certificate does not depend on where or when it is made, and another key cannot take
    // an authority's place.
    @Test func authoritiesAreReproducible() throws {
        let studio = try SigningStudio()
        let again = try CommunityAuthority(
            key: studio.key, certificate: studio.authority.certificate)
        let name = "Mira of the Hills"
        let device = studio.device.publicKey
        let first = try studio.authority.certify(device, name: name, from: SigningStudio.start)
        #expect(try again.certify(device, name: name, from: SigningStudio.start) == first)
        #expect(throws: CredentialError.signer("the root certificate is not its key's")) {
            try CommunityAuthority(
                key: Curve25519.Signing.PrivateKey(), certificate: studio.authority.certificate)
        }
        #expect(throws: CredentialError.signer("the root certificate has ended")) {
            try studio.authority.certify(
                device, name: name, from: SigningStudio.start.addingTimeInterval(4e8))
        }
    }
}

/// A community's authority and one of its devices, with keys that never change.
struct SigningStudio {
    static let start = Date(timeIntervalSince1970: 1_790_000_000)

    let key: Curve25519.Signing.PrivateKey
    let device: Curve25519.Signing.PrivateKey
    let authority: CommunityAuthority
    let signer: CredentialSigner

    init() throws {
        let key = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: 1, count: 32))
        let device = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: 2, count: 32))
        authority = try CommunityAuthority(key: key, name: "studio.example", from: Self.start)
        let leaf = try authority.certify(
            device.publicKey, name: "Mira of the Hills", from: Self.start)
        signer = CredentialSigner(certificates: [leaf]) { try Array(device.signature(for: $0)) }
        self.key = key
        self.device = device
    }

    /// A generation from three works with a receipt.
    static let generation = PictureCredential(
        title: "Hills & <lakes> “湖”", origin: .trainedModel,
        generator: PictureCredential.Generator(name: "Atelier", version: "0.1.0"),
        sources: (1...3).map { number in
            PictureCredential.Source(
                sha256: String(repeating: "0\(number)", count: 32),
                title: number == 1 ? "Lake" : nil, format: "image/png")
        }, training: .notAllowed,
        evidence: Evidence(
            works: 3, worksDigest: String(repeating: "ab", count: 32), spend: "a.b.c",
            receipt: "d.e.f", serverKey: "key"))

    /// A work by hand, without sources.
    static let handmade = PictureCredential(
        origin: .byHand,
        generator: PictureCredential.Generator(name: "Atelier", version: "0.1.0"),
        training: .allowed)
}
