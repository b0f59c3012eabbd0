import Provenance
import Testing

/// Training-mining assertions of C2PA manifests, sound and hostile.
@Suite("Marks in manifests")
struct ManifestMarksTests {
    private typealias File = MarkedFile

    private static func entry(_ key: String, _ use: String) -> ([UInt8], [UInt8]) {
        (File.text(key), File.map([(File.text("use"), File.text(use))]))
    }

    private static let forbidden = File.map([entry("cawg.ai_training", "notAllowed")])

    // Goal: each form of the assertion is read. Method: nested and flat entries, a text in place of
    // a map, JSON, an instance's label, a version's, indefinite lengths, in every container.
    @Test(arguments: MarkedFile.Kind.allCases)
    func everyFormIsRead(kind: MarkedFile.Kind) throws {
        let nested = File.map([(File.text("entries"), Self.forbidden)])
        let direct = File.map([(File.text("c2pa.ai_training"), File.text("notAllowed"))])
        let json = Array(#"{"entries":{"cawg.ai_training":{"use":"notAllowed"}}}"#.utf8)
        let endless =
            [0xBF] + File.text("cawg.ai_training") + [0xBF] + File.text("use")
            + [0x7F] + File.text("not") + File.text("Allowed") + [0xFF, 0xFF, 0xFF]
        let stores = [
            File.store(nested), File.store(Self.forbidden), File.store(direct),
            File.store(json, type: "json"), File.store(endless),
            File.store(nested, label: "c2pa.training-mining"),
            File.store(nested, label: "cawg.training-mining__2"),
            File.store(nested, label: "c2pa.training-mining.v2"),
        ]
        for store in stores {
            let found = TrainingMarks(of: try File.holding(store: store, in: kind)).found
            #expect(found.map(\.mark.meaning) == [.prohibited])
            #expect(found.map(\.mark.value) == ["notAllowed"])
        }
        let other = File.store(Self.forbidden, label: "c2pa.actions")
        #expect(TrainingMarks(of: try File.holding(store: other, in: kind)).found.isEmpty)
    }

    // Goal: every use of every kind means what its standard says.
    @Test func usesHaveTheirMeanings() throws {
        let wanted: [(String, String, TrainingMark.Meaning?)] = [
            ("cawg.ai_training", "allowed", .allowed),
            ("cawg.ai_generative_training", "notAllowed", .prohibited),
            ("c2pa.data_mining", "constrained", .constrained),
            ("cawg.data_mining", "sometimes", .unreadable),
            ("c2pa.ai_inference", "notAllowed", .otherUse),
            ("com.example.dreams", "notAllowed", nil),
        ]
        for (key, use, meaning) in wanted {
            let store = File.store(File.map([Self.entry(key, use)]))
            let found = TrainingMarks(of: try File.holding(store: store, in: .png)).found
            #expect(found.map(\.mark.meaning) == (meaning.map { [$0] } ?? []), "\(key) \(use)")
        }
    }

    // Goal: hostile CBOR and boxes end in words, not in a crash or a missing mark. Method: nesting
    // of 100,000 items and 20,000 boxes, lengths that lie, truncations at every byte.
    @Test func hostileManifestsAreSaidToBeUnreadable() throws {
        let deepArray = [UInt8](repeating: 0x81, count: 100_000) + [0x00]
        let deepMap = [UInt8](repeating: 0xBF, count: 100_000)
        let deepTag = [UInt8](repeating: 0xC1, count: 100_000) + [0x00]
        let longText: [UInt8] = [0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        let longArray: [UInt8] = [0x9A, 0xFF, 0xFF, 0xFF, 0xFF]
        let many = [0x9A, 0x00, 0x01, 0x86, 0xA1] + [UInt8](repeating: 0, count: 100_001)
        let reserved: [UInt8] = [0x1C]
        let openBreak: [UInt8] = [0xFF]
        let foreignChunk: [UInt8] = [0x5F, 0x61, 0x61, 0xFF]
        let wrongText: [UInt8] = [0x61, 0xFF]
        for content in [
            deepArray, deepMap, deepTag, longText, longArray, many, reserved, openBreak,
            foreignChunk, wrongText, [], File.map([]),
        ] {
            let file = try File.holding(store: File.store(content), in: .png)
            #expect(TrainingMarks(of: file).found.map(\.mark.meaning) == [.unreadable])
        }
        var deepBoxes = File.store(Self.forbidden)
        for _ in 0..<20_000 { deepBoxes = File.superbox("c", [deepBoxes]) }
        let deep = try File.holding(store: File.superbox("c2pa", [deepBoxes]), in: .png)
        #expect(TrainingMarks(of: deep).found.map(\.mark.meaning) == [.unreadable])

        let store = File.store(Self.forbidden)
        for length in 1..<store.count {
            let file = try File.holding(store: Array(store.prefix(length)), in: .webp)
            #expect(TrainingMarks(of: file).found.map(\.mark.meaning) == [.unreadable])
        }
    }

    // Goal: no byte of a manifest can stop the reader. Method: each byte of a real manifest set to
    // each of five values.
    @Test func noByteStopsTheReader() throws {
        let store = File.store(Self.forbidden)
        for index in store.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var changed = store
                changed[index] = value
                let found = TrainingMarks(of: try File.holding(store: changed, in: .png)).found
                #expect(found.count <= 1)
            }
        }
    }

    // Goal: the depth and number of boxes and items have exact limits.
    @Test func limitsAreExact() throws {
        for (extra, meaning) in [(0, TrainingMark.Meaning.prohibited), (1, .unreadable)] {
            // The store itself has four levels of superboxes, the innermost with a content box.
            var inner = File.superbox("cawg.training-mining", [File.box("cbor", Self.forbidden)])
            for _ in 0..<(Provenance.Limits.boxDepth - 3 + extra) {
                inner = File.superbox("c", [inner])
            }
            let file = try File.holding(store: File.superbox("c2pa", [inner]), in: .png)
            #expect(TrainingMarks(of: file).found.map(\.mark.meaning) == [meaning])
        }
        for (count, isRead) in [(31, true), (32, false)] {
            let nested = [UInt8](repeating: 0x81, count: count) + [0x00]
            #expect(((try? CBORValue(reading: nested[...])) != nil) == isRead)
        }
    }
}
