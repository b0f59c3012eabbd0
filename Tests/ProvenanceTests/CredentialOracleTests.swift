import Crypto
import Foundation
import Provenance
import TestSupport
import Testing

/// What the reference reader of C2PA says about our files.
@Suite("Credentials, read by the reference library")
struct CredentialOracleTests {
    private struct Reading: Decodable {
        let state: String
        let failures: [String]
        let signer: String
        let assertions: [String]
    }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scripts/check-credentials").path

    /// Whether c2pa-python is installed; PyPI may be out of reach.
    private static let isThere: Bool =
        (try? Shell.run([script, "/dev/null", "/dev/null"], expecting: 69)) == nil

    private static func read(
        _ files: [(name: String, bytes: [UInt8])], root: [UInt8]
    ) throws -> [Reading] {
        let folder = try TemporaryFolder()
        let anchor = folder.url.appending(path: "root.pem")
        let pem =
            "-----BEGIN CERTIFICATE-----\n"
            + Data(root).base64EncodedString(options: .lineLength64Characters)
            + "\n-----END CERTIFICATE-----\n"
        try Data(pem.utf8).write(to: anchor)
        let paths = try files.map { file in
            let place = folder.url.appending(path: file.name)
            try Data(file.bytes).write(to: place)
            return place.path
        }
        return try Shell.run([script, anchor.path] + paths).split(separator: "\n").map {
            try JSONDecoder().decode(Reading.self, from: Data($0.utf8))
        }
    }

    // Goal: the reference library trusts our files with our root as its anchor, and no others.
    // Method: both formats, a generation and a work by hand; then another root.
    @Test(.enabled(if: isThere, "c2pa-python is not installed: run Scripts/setup"))
    func ourFilesAreTrusted() throws {
        let studio = try SigningStudio()
        var files: [(name: String, bytes: [UInt8])] = []
        for (kind, ending) in [(MarkedFile.Kind.png, "png"), (.jpeg, "jpg")] {
            for (name, credential) in [
                ("generation", SigningStudio.generation), ("handmade", SigningStudio.handmade),
            ] {
                files.append(
                    (
                        "\(name).\(ending)",
                        try SignedPicture(
                            MarkedFile.plain(kind), saying: credential, by: studio.signer
                        ).bytes
                    ))
            }
        }
        let readings = try Self.read(files, root: studio.authority.certificate)
        #expect(readings.count == files.count)
        for (file, reading) in zip(files, readings) {
            #expect(reading.state == "Trusted", "\(file.name): \(reading.failures)")
            #expect(reading.failures == [])
            #expect(reading.signer == "Mira of the Hills")
            #expect(reading.assertions.contains("cawg.training-mining"))
        }
        let other = try CommunityAuthority(
            key: Curve25519.Signing.PrivateKey(), name: "other.example", from: SigningStudio.start)
        let distrusted = try Self.read(files, root: other.certificate)
        #expect(distrusted.allSatisfy { $0.failures == ["signingCredential.untrusted"] })
    }

    // Goal: the reference library sees a change of the picture, as we do. Method: 40 bytes outside
    // the manifest, spread over each file.
    @Test(.enabled(if: isThere, "c2pa-python is not installed: run Scripts/setup"))
    func aChangedPictureIsInvalid() throws {
        let studio = try SigningStudio()
        for (kind, ending) in [(MarkedFile.Kind.png, "png"), (.jpeg, "jpg")] {
            let plain = try MarkedFile.plain(kind)
            let signed = try SignedPicture(
                plain, saying: SigningStudio.generation, by: studio.signer
            ).bytes
            // The picture's data follows the manifest.
            let data = (signed.count - plain.count / 2)..<(signed.count - 16)
            let files = stride(from: data.lowerBound, to: data.upperBound, by: data.count / 40)
                .map { index in
                    var changed = signed
                    changed[index] ^= 0x10
                    return ("\(index).\(ending)", changed)
                }
            let readings = try Self.read(files, root: studio.authority.certificate)
            #expect(readings.allSatisfy { $0.state == "Invalid" }, "\(readings.map(\.state))")
        }
    }
}
