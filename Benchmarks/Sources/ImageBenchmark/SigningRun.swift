import Crypto
import Foundation
import Provenance
import StyleKit

/// How much longer an export takes with metadata and manifest than without.
enum SigningRun {
    /// One kind of export: what is done before the metadata, which gives the file.
    private struct Kind {
        let name: String
        let prepare: () throws -> [UInt8]
    }

    /// What was measured, in milliseconds of the wall clock; medians.
    private struct Line: Codable {
        let name: String
        let bytes: Int
        let plain: Double
        let signed: Double
        var ratio: Double { signed / plain }
    }

    /// Measures each kind, with and without in turn, and prints it.
    static func report(isJSON: Bool, repetitions: Int) throws {
        let picture = try PaintedPicture.work(1, width: 2_048, height: 2_048)
        let file = try picture.encodedPNG()
        let kinds = [
            // The file as it lies in the library: its digest is compared.
            Kind(name: "png") {
                precondition(SHA256.hash(data: file).first { $0 != 0 } != nil, "it has a digest")
                return file
            },
            Kind(name: "clean png") { try picture.encodedPNG() },
            Kind(name: "jpeg") { try Picture.decode(file).0.encoded(as: .jpeg) },
        ]
        let lines = try kinds.map { try measure($0, repetitions: max(5, repetitions)) }
        guard !isJSON else {
            return print(String(decoding: try JSONEncoder().encode(lines), as: UTF8.self))
        }
        print("export       MB   plain ms  signed ms  ratio")
        for line in lines {
            print(
                line.name.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + String(
                        format: " %5.1f %9.1f %10.1f  %5.3f", Double(line.bytes) / 1e6, line.plain,
                        line.signed, line.ratio))
        }
    }

    private static func measure(_ kind: Kind, repetitions: Int) throws -> Line {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: output) }
        let signer = try Self.signer()
        var (plain, signed, count) = ([Double](), [Double](), 0)
        for _ in 0..<repetitions {
            plain.append(try milliseconds { try write(try kind.prepare(), to: output) })
            signed.append(
                try milliseconds {
                    let described = try PictureMetadata(
                        creator: "Mira", origin: .trainedModel, training: .notAllowed
                    ).added(to: try kind.prepare())
                    let bytes = try SignedPicture(described, saying: credential, by: signer).bytes
                    count = bytes.count
                    try write(bytes, to: output)
                })
        }
        return Line(
            name: kind.name, bytes: count, plain: plain.sorted()[repetitions / 2],
            signed: signed.sorted()[repetitions / 2])
    }

    /// Writes as the library does: the file is on the disk before its name is.
    private static func write(_ bytes: [UInt8], to file: URL) throws {
        try Data(bytes).write(to: file)
        let handle = try FileHandle(forUpdating: file)
        try handle.synchronize()
        try handle.close()
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure(body)
        return Double(time.components.seconds) * 1_000
            + Double(time.components.attoseconds) / 1e15
    }

    private static func signer() throws -> CredentialSigner {
        let start = Date(timeIntervalSince1970: 1_790_000_000)
        let device = Curve25519.Signing.PrivateKey()
        let leaf = try CommunityAuthority(
            key: Curve25519.Signing.PrivateKey(), name: "benchmark", from: start
        ).certify(device.publicKey, name: "Mira", from: start)
        return CredentialSigner(certificates: [leaf]) { try Array(device.signature(for: $0)) }
    }

    private static let credential = PictureCredential(
        origin: .trainedModel,
        generator: PictureCredential.Generator(name: "Atelier", version: "0"),
        sources: (0..<8).map {
            PictureCredential.Source(
                sha256: String(repeating: "\($0)", count: 64), title: nil, format: "image/png")
        }, training: .notAllowed,
        evidence: Evidence(
            works: 8, worksDigest: String(repeating: "a", count: 64),
            spend: String(repeating: "s", count: 1_200),
            receipt: String(repeating: "r", count: 600),
            serverKey: String(repeating: "b", count: 64),
            authority: String(repeating: "c", count: 900)))
}
