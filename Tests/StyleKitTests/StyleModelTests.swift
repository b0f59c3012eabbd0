import Crypto
import StyleKit
import TestSupport
import Testing

@Suite struct StyleModelTests {
    // Goal: a model reads back as itself.
    // Method: write, read, compare everything it shows.
    @Test func bytesRoundTrip() throws {
        let works = try PaintedWorks.works(3)
        let model = try StyleModel(learning: works)
        let read = try StyleModel(bytes: model.bytes)
        #expect(read == model)
        #expect(read.digest == Array(SHA256.hash(data: model.bytes)))
        #expect(Set(read.works.map(\.id)) == Set(works.map(\.id)))
        let first = try #require(read.works.first)
        let work = try #require(works.first { $0.id == first.id })
        #expect(first.pixelHash == work.picture.pixelHash)
        #expect(first.width == 96 && first.height == 80)
    }

    // Goal: the order in which works are given does not matter.
    // Method: all orders of four works.
    @Test func everyOrderGivesTheSameBytes() throws {
        let works = try PaintedWorks.works(4, width: 64, height: 64)
        let bytes = try StyleModel(learning: works).bytes
        for seed in SeededGenerator.seeds(6) {
            var random = SeededGenerator(seed: seed)
            let shuffled = works.shuffled(using: &random)
            #expect(try StyleModel(learning: shuffled).bytes == bytes, "seed \(seed)")
        }
    }

    // Goal: a model without a work is the model that never saw it.
    // Method: learn four, take each away in turn, learn again; compare with learning three.
    @Test func removalLeavesNoTrace() throws {
        let works = try PaintedWorks.works(4, width: 64, height: 64)
        let whole = try StyleModel(learning: works)
        for removed in works {
            let rest = whole.works.map(\.id).filter { $0 != removed.id }
            let again = rest.compactMap { id in works.first { $0.id == id } }
            let fresh = works.filter { $0.id != removed.id }
            let model = try StyleModel(learning: again)
            #expect(try StyleModel(learning: fresh).bytes == model.bytes)
            #expect(model.worksDigest != whole.worksDigest)
            #expect(!model.works.contains { $0.pixelHash == removed.picture.pixelHash })
        }
    }

    // Goal: adding to and taking from a model gives what learning from scratch gives, to the byte.
    // Method: seeded walks: works come and go one or several at a time, in any order; after
    // each step the model is compared with one learned from scratch; bytes read back between.
    @Test(arguments: SeededGenerator.seeds(4))
    func growingIsLearningFromScratch(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let works = try PaintedWorks.works(7, width: 70, height: 66, seed: seed % 1_000)
        var held: Set<Int> = [0]
        var model = try StyleModel(learning: [works[0]])
        for _ in 0..<8 {
            let gone = Set(held.filter { _ in random.oneIn(3) })
            let new = Set((0..<7).filter { !held.contains($0) && random.oneIn(2) })
            let next = held.subtracting(gone).union(new)
            let ids = Set(gone.map { works[$0].id })
            let added = new.sorted().reversed().map { works[$0] }
            guard !next.isEmpty else {
                #expect(throws: StyleError.noWorks) {
                    try StyleModel(from: model, without: ids, adding: added)
                }
                continue
            }
            model = try StyleModel(from: model, without: ids, adding: added)
            let fresh = try StyleModel(learning: next.map { works[$0] })
            #expect(model.bytes == fresh.bytes)
            #expect(model.analysis == fresh.analysis)
            model = try StyleModel(bytes: model.bytes)
            held = next
        }
    }

    // Goal: a model cannot be talked into holding a work twice.
    // Method: a work that it has is added again, also with another picture.
    @Test func knownWorksAreNotAddedAgain() throws {
        let works = try PaintedWorks.works(2)
        let model = try StyleModel(learning: works)
        #expect(throws: StyleError.repeatedWork) {
            try StyleModel(from: model, adding: [works[0]])
        }
        let other = StyleWork(id: works[0].id, picture: works[1].picture)
        #expect(throws: StyleError.repeatedWork) { try StyleModel(from: model, adding: [other]) }
        let unknown = [UInt8](repeating: 99, count: 16)
        #expect(try StyleModel(from: model, without: [unknown]).bytes == model.bytes)
    }

    // Goal: the file is what Docs/style-model.md says, on every machine.
    // Method: the digest of a model of two painted works, as first written.
    @Test func filesAreTheSameEverywhere() throws {
        let model = try StyleModel(learning: PaintedWorks.works(2))
        let hex = model.digest.prefix(8).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        #expect(hex.joined() == "1cf72a6a97f08e85")
        #expect(Array(model.bytes.prefix(11)) == Array("ATELSTYL".utf8) + [3, 0, 15])
    }

    // Goal: what cannot be learned from is refused with its reason.
    // Method: at and one past each bound.
    @Test func worksAreChecked() throws {
        let good = try PaintedWorks.works(1, width: Limits.workSide, height: Limits.workSide)
        _ = try StyleModel(learning: good)
        #expect(throws: StyleError.noWorks) { try StyleModel(learning: []) }
        let small = try PaintedWorks.works(1, width: Limits.workSide - 1, height: 80)
        #expect(throws: StyleError.workTooSmall(width: 63, height: 80, limit: 64)) {
            try StyleModel(learning: small)
        }
        #expect(throws: StyleError.repeatedWork) { try StyleModel(learning: good + good) }
        let picture = try #require(good.first).picture
        let many = (0...Limits.works).map { index in
            let id = [UInt8(index & 255), UInt8(index >> 8)] + [UInt8](repeating: 0, count: 14)
            return StyleWork(id: id, picture: picture)
        }
        #expect(throws: StyleError.tooManyWorks(count: 1_025, limit: 1_024)) {
            try StyleModel(learning: many)
        }
        #expect(throws: StyleError.wrongWorkID(bytes: 3)) {
            try StyleModel(learning: [StyleWork(id: [1, 2, 3], picture: picture)])
        }
    }

    // Goal: a large work is kept at working size; a small one as it is.
    // Method: works at the kept short side and one past.
    @Test func largeWorksAreKeptSmaller() throws {
        for (side, kept) in [(1_024, 1_024), (1_025, 1_024)] {
            let picture = try PaintedWorks.flat(width: side, height: side)
            let work = StyleWork(id: [UInt8](repeating: 1, count: 16), picture: picture)
            let entry = try #require(try StyleModel(learning: [work]).works.first)
            #expect(entry.learnedWidth == kept && entry.width == side)
        }
    }

    // Goal: no changed byte passes.
    // Method: every byte of a small model in turn; every prefix; one byte more.
    @Test func everyChangedByteIsRefused() throws {
        let model = try StyleModel(learning: flatWorks())
        for index in model.bytes.indices {
            var bytes = model.bytes
            bytes[index] ^= 1
            #expect(throws: StyleError.self) { try StyleModel(bytes: bytes) }
        }
        for length in model.bytes.indices {
            #expect(throws: StyleError.self) {
                try StyleModel(bytes: Array(model.bytes.prefix(length)))
            }
        }
        #expect(throws: StyleError.self) { try StyleModel(bytes: model.bytes + [0]) }
    }

    // Goal: a forged model with a correct checksum is refused as damaged, or is a sound model.
    // Method: seeded changes of bytes with the checksum made again. What is refused says so; what
    // is read keeps every limit and draws a whole picture from its own works. Both must happen.
    @Test(arguments: SeededGenerator.seeds(4))
    func forgedModelsAreSafe(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let body = try StyleModel(learning: flatWorks()).bytes.dropLast(32)
        var (read, refused) = (0, 0)
        for _ in 0..<400 {
            var forged = Array(body)
            for _ in 0...random.below(3) {
                forged[random.below(forged.count)] = UInt8(random.below(256))
            }
            forged += Array(SHA256.hash(data: forged))
            let model: StyleModel
            do {
                model = try StyleModel(bytes: forged)
            } catch {
                switch error {
                case .damagedModel, .otherEngine: refused += 1
                default: Issue.record("seed \(seed): \(error)")
                }
                continue
            }
            read += 1
            #expect(model.bytes == forged)
            for work in model.works {
                let sides = [work.width, work.height, work.learnedWidth, work.learnedHeight]
                #expect(sides.allSatisfy((Limits.workSide...Limits.side).contains), "seed \(seed)")
            }
            guard random.oneIn(20) else { continue }
            let settings = GenerationSettings(width: 64, height: 64, seed: seed)
            let draft = try Synthesis(model: model, settings: settings, threads: 1)
                .draft(shortSide: 64)
            #expect(draft.picture.width == 64 && draft.picture.height == 64, "seed \(seed)")
            #expect(abs(draft.shares.map(\.share).reduce(0, +) - 1) < 1e-9, "seed \(seed)")
            #expect(Set(draft.shares.map(\.workID)).isSubset(of: model.works.map(\.id)))
        }
        #expect(read >= 40 && refused >= 40, "seed \(seed): \(read) read, \(refused) refused")
    }

    // Goal: every number of the table of works is held to its range, whatever the checksum says.
    // Method: each field of the first work at its lowest and highest value less and plus one, and
    // at its largest, with the checksum made again.
    @Test(arguments: [
        ("a width", 0), ("a height", 4), ("a kept width", 8), ("a kept height", 12),
    ])
    func forgedSizesAreRefused(name: String, offset: Int) throws {
        let body = Array(try StyleModel(learning: flatWorks()).bytes.dropLast(32))
        // Magic (8), format (2), length (1) and text (15) of the version, count (4); id, hash.
        let field = 30 + 16 + 32 + offset
        for value in [0, Limits.workSide - 1, Limits.side + 1, Int(UInt32.max)] {
            var forged = body
            for byte in 0..<4 {
                forged[field + byte] = UInt8(truncatingIfNeeded: value >> (byte * 8))
            }
            forged += Array(SHA256.hash(data: forged))
            let reason = "\(name) is \(value), outside \(Limits.workSide)...\(Limits.side)"
            #expect(throws: StyleError.damagedModel(reason: reason)) {
                try StyleModel(bytes: forged)
            }
        }
    }

    // Goal: the analysis tells what is in the works.
    // Method: a work of two flat colours, three to one, with level edges only.
    @Test func analysisFindsColorsAndEdges() throws {
        var pixels: [UInt8] = []
        for y in 0..<128 {
            for _ in 0..<128 {
                pixels += y % 32 < 24 ? [200, 40, 40, 255] : [20, 20, 120, 255]
            }
        }
        let picture = try Picture(width: 128, height: 128, pixels: pixels)
        let work = StyleWork(id: [UInt8](repeating: 1, count: 16), picture: picture)
        let analysis = try StyleModel(learning: [work]).analysis
        let top = try #require(analysis.palette.first)
        #expect(abs(top.share - 0.75) < 0.1)
        let red = try #require(UInt8(top.hex.dropFirst().prefix(2), radix: 16))
        #expect(abs(Int(red) - 200) < 12)
        #expect(analysis.edgeDirections.count == 12)
        #expect(try #require(analysis.edgeDirections.first) > 0.9)
        #expect(analysis.textureByScale.count == 7)
        #expect(analysis.palette.map(\.share).reduce(0, +) > 0.99)
    }

    private func flatWorks() throws -> [StyleWork] {
        [
            StyleWork(
                id: [UInt8](repeating: 1, count: 16),
                picture: try PaintedWorks.flat(width: 64, height: 70)),
            StyleWork(
                id: [UInt8](repeating: 2, count: 16),
                picture: try PaintedWorks.flat(width: 66, height: 64, [20, 160, 90, 255])),
        ]
    }
}
