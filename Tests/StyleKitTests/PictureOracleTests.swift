import Foundation
import StyleKit
import TestSupport
import Testing

/// What we read is what an independent program reads.
@Suite struct PictureOracleTests {
    // Goal: every kind of PNG, JPEG and WebP reads as PIL reads it: depths, palettes, grey, alpha,
    // interlacing, inks with and without Adobe's marker, colour profiles, orientation.
    // Method: 87 files of seeded contents; the largest difference in any channel of a pixel that
    // shows is at most the kind's tolerance: 0 without loss, 1 with a profile, 2 for JPEG. PIL
    // reads no 16-bit colour and no colours by number: there the oracle computes from the samples.
    @Test(arguments: SeededGenerator.seeds(3))
    func everyKindReadsAsPILReadsIt(seed: UInt64) throws {
        print("seed \(seed)")
        let folder = try TemporaryFolder()
        let script = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/picture-oracle").path
        let lines = try Shell.run([script, folder.path(""), String(seed)]).split(separator: "\n")
        #expect(lines.count == 87)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let tolerance = Int(words[2]) else {
                Issue.record("unexpected: \(line)")
                continue
            }
            let file = try Array(Data(contentsOf: URL(filePath: folder.path(words[1]))))
            let seen = try Array(Data(contentsOf: URL(filePath: folder.path(words[0] + ".rgba"))))
            let (picture, _) = try Picture.decode(file)
            let size = [picture.width, picture.height].flatMap { side in
                (0..<4).map { UInt8(truncatingIfNeeded: side >> (8 * $0)) }
            }
            #expect(size == Array(seen.prefix(8)), "\(words[0])")
            let worst = Self.worst(picture.pixels, Array(seen.dropFirst(8)))
            #expect(worst <= tolerance, "\(words[0]): \(worst)")
        }
    }

    /// The largest difference of alpha, and of colour where it shows.
    private static func worst(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard left.count == right.count else { return 256 }
        return stride(from: 0, to: left.count, by: 4).map { base in
            let lanes = left[base + 3] == 0 ? 3...3 : 0...3
            return lanes.map { abs(Int(left[base + $0]) - Int(right[base + $0])) }.max() ?? 0
        }.max() ?? 0
    }
}
