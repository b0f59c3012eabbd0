import Crypto
import Foundation
import Provenance

/// A small signed PNG file, always the same, and what the fuzzer makes of it.
struct OwnFile {
    static let made = try? OwnFile()

    let bytes: [UInt8]

    private init() throws {
        let root = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: 1, count: 32))
        let device = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: 2, count: 32))
        let start = Date(timeIntervalSince1970: 1_790_000_000)
        let leaf = try CommunityAuthority(key: root, name: "fuzz", from: start).certify(
            device.publicKey, name: "fuzz", from: start)
        let credential = PictureCredential(
            title: "fuzz", origin: .trainedModel,
            generator: PictureCredential.Generator(name: "fuzz", version: "1"),
            sources: [
                .init(sha256: String(repeating: "a", count: 64), title: nil, format: "image/png")
            ],
            training: .notAllowed,
            evidence: Evidence(works: 1, worksDigest: "w", spend: "a.b.c", receipt: "d.e.f"))
        let signer = CredentialSigner(certificates: [leaf]) { try Array(device.signature(for: $0)) }
        bytes = try SignedPicture(
            png("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]), saying: credential, by: signer
        )
        .bytes
    }

    /// The file with edits: each is 2 bytes of place, 1 of what is done and 1 of what with.
    func edited(by edits: ArraySlice<UInt8>) -> [UInt8] {
        var file = bytes
        var rest = edits
        while rest.count >= 4, !file.isEmpty {
            let words = Array(rest.prefix(4))
            rest = rest.dropFirst(4)
            let place = (Int(words[0]) << 8 | Int(words[1])) % file.count
            switch words[2] % 4 {
            case 0: file[place] ^= words[3]
            case 1: file[place] = words[3]
            case 2: file.insert(words[3], at: place)
            default: file.removeSubrange(place..<min(file.count, place + 1 + Int(words[3] % 32)))
            }
        }
        return file
    }
}
