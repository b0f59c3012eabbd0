import Fingerprints
import Foundation
@_spi(Measuring) import StyleKit

/// Measures the index of fingerprints, and does for scripts what they measure of pictures.
@main
struct FingerprintBenchmark {
    private static let usage = """
        fingerprint-benchmark index [--count N] [--queries N] [--json]
        fingerprint-benchmark read FILE…            (quality and fingerprint of each)
        fingerprint-benchmark mark FILE OUT BITS    (hides 32 bits in a picture)
        fingerprint-benchmark unmark FILE…          (what is found in each)
        """
    private static let key: UInt64 = 0x0A7E_11E5

    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "index":
            let run = IndexRun(
                count: number("--count", in: rest) ?? 1_000_000,
                queries: number("--queries", in: rest) ?? 1_000)
            print(try run.report(asJSON: rest.contains("--json")))
        case "read":
            for file in rest {
                let reading = try picture(file).fingerprintReading()
                print(file, reading.quality, reading.fingerprint, separator: "\t")
            }
        case "mark" where rest.count == 3:
            let marked = InvisibleWatermark(key: key).embed(
                UInt32(rest[2]) ?? 0, in: try picture(rest[0]))
            try Data(try marked.encodedPNG()).write(to: URL(filePath: rest[1]))
        case "unmark":
            for file in rest {
                let found = InvisibleWatermark(key: key).bestReading(of: try picture(file))
                print(file, found.strength, found.payload, separator: "\t")
            }
        default:
            FileHandle.standardError.write(Data((usage + "\n").utf8))
            exit(64)
        }
    }

    private static func picture(_ file: String) throws -> Picture {
        try Picture.decode(Array(try Data(contentsOf: URL(filePath: file)))).0
    }

    private static func number(_ option: String, in arguments: [String]) -> Int? {
        guard let place = arguments.firstIndex(of: option), place + 1 < arguments.count else {
            return nil
        }
        return Int(arguments[place + 1])
    }
}
