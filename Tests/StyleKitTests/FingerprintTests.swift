import Fingerprints
import Foundation
import StyleKit
import TestSupport
import Testing

@Suite struct FingerprintTests {
    // Goal: fingerprints are those of the reference.
    // Method: pictures made by formula, hashed by PyPI pdqhash 0.2.8, kept as vectors: distance 0
    // where nothing is scaled, at most 2 otherwise (sums in another order), same quality.
    @Test(arguments: FingerprintVectors.all)
    func readingsAreTheReferences(vector: FingerprintVectors.Vector) throws {
        let picture = try FingerprintVectors.picture(
            width: vector.width, height: vector.height, seed: vector.seed)
        let reading = picture.fingerprintReading()
        let expected = try vector.variants.map { try #require(Fingerprint(hex: $0)) }
        let limit = vector.width == 64 && vector.height == 64 ? 0 : 2
        #expect(try reading.fingerprint.distance(to: #require(expected.first)) <= limit)
        #expect(abs(reading.quality - vector.quality) <= 1)
        for variant in expected {
            let nearest = reading.variants.map { $0.distance(to: variant) }.min()
            #expect((nearest ?? 256) <= limit, "\(variant)")
        }
    }

    // Goal: the browser's fingerprints are ours, bit for bit.
    // Method: the readings of Tests/Vectors/pdq, which the page's script is held to as well.
    @Test func readingsAreThoseOfThePage() throws {
        let vectors = try SharedReading.all()
        #expect(vectors.count == 12)
        for vector in vectors {
            let picture = try FingerprintVectors.picture(
                width: vector.width, height: vector.height, seed: vector.seed)
            var pixels = picture.pixels
            for index in 0..<(vector.width * vector.height) where vector.alpha {
                let (y, x) = index.quotientAndRemainder(dividingBy: vector.width)
                pixels[index * 4 + 3] = UInt8((x * 3 + y * 5) % 256)
            }
            let reading = try Picture(width: vector.width, height: vector.height, pixels: pixels)
                .fingerprintReading()
            #expect(reading.quality == vector.quality, "\(vector.width)x\(vector.height)")
            #expect(reading.variants.map(\.description) == vector.variants, "\(vector.seed)")
        }
    }

    // Goal: turned and mirrored copies are found.
    // Method: all eight ways of a picture of 64 × 64, where nothing is lost by scaling.
    @Test func turnedCopiesAreFound() throws {
        let picture = try FingerprintVectors.picture(width: 64, height: 64, seed: 3)
        let reading = picture.fingerprintReading()
        var found: Set<Fingerprint> = []
        for turn in 0..<8 {
            var pixels: [UInt8] = []
            for y in 0..<64 {
                for x in 0..<64 {
                    let across = turn & 1 == 0 ? x : 63 - x
                    let down = turn & 2 == 0 ? y : 63 - y
                    let from = turn & 4 == 0 ? down * 64 + across : across * 64 + down
                    pixels += picture.pixels[(from * 4)..<(from * 4 + 4)]
                }
            }
            let turned = try Picture(width: 64, height: 64, pixels: pixels).fingerprintReading()
            #expect(reading.distance(to: turned.fingerprint) <= 2, "turn \(turn)")
            found.insert(turned.fingerprint)
        }
        #expect(found.count == 8)
    }

    // Goal: both forms read back; nothing else is taken.
    // Method: the specification's example, random bytes, and forms that are too long or short.
    @Test(arguments: SeededGenerator.seeds(4))
    func formsRoundTrip(seed: UInt64) throws {
        let example = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
        #expect(Fingerprint(hex: example)?.description == example)
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(32)
        let fingerprint = try #require(Fingerprint(bytes: bytes))
        #expect(fingerprint.bytes == bytes)
        #expect(Fingerprint(hex: fingerprint.description) == fingerprint)
        for text in ["", String(example.dropLast()), example + "0", "g" + example.dropFirst()] {
            #expect(Fingerprint(hex: text) == nil)
        }
        #expect(Fingerprint(bytes: Array(bytes.dropLast())) == nil)
    }

    // Goal: a flat picture says that its fingerprint means nothing.
    // Method: one colour, and what is clear all over.
    @Test func flatPicturesAreUnreliable() throws {
        for color: [UInt8] in [[9, 9, 9, 255], [200, 10, 90, 0]] {
            let reading = try PaintedWorks.flat(width: 100, height: 70, color)
                .fingerprintReading()
            #expect(reading.quality == 0 && !reading.isReliable)
        }
    }

    // Goal: a match outlives what happens to pictures on the way.
    // Method: a painted picture as JPEG of quality 50 and in smaller and larger frames.
    @Test func matchesOutliveScalingAndCompression() throws {
        let picture = try FingerprintVectors.picture(width: 300, height: 200, seed: 5)
        let reading = picture.fingerprintReading()
        #expect(reading.isReliable)
        let pressed = try Picture.decode(HandMadeJPEG.file(picture, quality: 50)).0
        #expect(reading.distance(to: pressed.fingerprintReading().fingerprint) <= 31)
        let other = try FingerprintVectors.picture(width: 300, height: 200, seed: 6)
        #expect(reading.distance(to: other.fingerprintReading().fingerprint) > 60)
    }
}

/// A reading that the browser's script and the program have to agree on.
private struct SharedReading: Decodable {
    let width: Int
    let height: Int
    let seed: Int
    /// Whether the pixels are transparent in part.
    let alpha: Bool
    let variants: [String]
    let quality: Int

    static func all() throws -> [SharedReading] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/pdq/readings.json")
        return try JSONDecoder().decode([SharedReading].self, from: Data(contentsOf: file))
    }
}
