import Fingerprints
import Foundation
import TestSupport
import Testing

@Suite struct FingerprintReadingTests {
    // Goal: a reading has eight hashes and a quality of 0 to 100, wherever it comes from.
    // Method: each number of hashes and qualities at both edges and one past them; JSON of each.
    @Test func formsAreBounded() throws {
        var random = SeededGenerator(seed: 7)
        let hashes = try (0..<9).map { _ in try #require(Fingerprint(bytes: random.bytes(32))) }
        for count in [0, 1, 7, 8, 9] {
            let reading = FingerprintReading(variants: Array(hashes.prefix(count)), quality: 50)
            #expect((reading != nil) == (count == 8))
        }
        for quality in [-1, 0, 49, 50, 100, 101] {
            let variants = Array(hashes.prefix(8))
            let reading = FingerprintReading(variants: variants, quality: quality)
            #expect((reading != nil) == (0...100).contains(quality))
            #expect(reading.map(\.isReliable) ?? false == (50...100).contains(quality))
            let texts = variants.map { "\"\($0)\"" }.joined(separator: ",")
            let json = Data(#"{"variants":[\#(texts)],"quality":\#(quality)}"#.utf8)
            let read = try? JSONDecoder().decode(FingerprintReading.self, from: json)
            #expect(read == reading)
        }
    }

    // Goal: only 64 lowercase digits are a hash in JSON, and it is written as it is read.
    // Method: the specification's example, and forms that are nearly one.
    @Test func hashesInJSONHaveOneForm() throws {
        let example = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
        let hash = try JSONDecoder().decode(Fingerprint.self, from: Data("\"\(example)\"".utf8))
        #expect(hash.description == example)
        #expect(try JSONEncoder().encode(hash) == Data("\"\(example)\"".utf8))
        for text in ["\"\"", "\"\(example)0\"", "\"\(example.uppercased())\"", "7", "null"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Fingerprint.self, from: Data(text.utf8))
            }
        }
    }
}
