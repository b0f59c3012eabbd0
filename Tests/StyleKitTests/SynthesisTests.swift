import StyleKit
import Synchronization
import TestSupport
import Testing

@Suite struct SynthesisTests {
    // Goal: the number of threads never changes a picture.
    // Method: a remix and a sketch on one, two, three and eight threads.
    @Test(arguments: [false, true])
    func everyThreadCountGivesTheSamePixels(isSketch: Bool) throws {
        let model = try StyleModel(learning: PaintedWorks.works(3))
        let sketch = isSketch ? try Sketches.twoFields(width: 60, height: 40) : nil
        let settings = GenerationSettings(width: 120, height: 96, seed: 5)
        let pictures = try [1, 2, 3, 8].map { threads in
            try Synthesis(model: model, settings: settings, sketch: sketch, threads: threads)
                .render().picture
        }
        for picture in pictures { #expect(picture == pictures.first) }
    }

    // Goal: every machine draws the same pixels.
    // Method: the hash of a collage, of a picture after a sketch and of a composition, as first
    // drawn; a change of the method changes it together with the engine version.
    @Test(arguments: [
        (PictureKind.collage, false, "99ffcb03aebedf33"), (.free, true, "82e366a357e02dfc"),
        (.free, false, "cdd2829b6ad16de3"),
    ])
    func picturesAreTheSameEverywhere(
        kind: PictureKind, isSketch: Bool, expected: String
    ) throws {
        let model = try StyleModel(learning: PaintedWorks.works(3))
        let sketch = isSketch ? try Sketches.twoFields(width: 60, height: 40) : nil
        let settings = GenerationSettings(width: 100, height: 80, seed: 7, kind: kind)
        let picture = try Synthesis(model: model, settings: settings, sketch: sketch, threads: 2)
            .render().picture
        let hash = picture.pixelHash.prefix(8).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        #expect(hash.joined() == expected)
    }

    // Goal: a seed names one picture; another seed names another.
    // Method: render one seed twice and three others once.
    @Test func seedsDecide() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3))
        func render(_ seed: UInt64) throws -> Picture {
            let settings = GenerationSettings(width: 80, height: 80, seed: seed)
            return try Synthesis(model: model, settings: settings, threads: 2).render().picture
        }
        #expect(try render(1) == render(1))
        let hashes = try [1, 2, 3, 1 << 63].map { try render($0).pixelHash }
        #expect(Set(hashes).count == 4)
    }

    // Goal: after a sketch too seeds choose: of two colours that come about as near, each leads
    // in some pictures, and not always the nearest.
    // Method: two works of one grey each, a sketch a little nearer to the first; 16 seeds.
    @Test func seedsChooseAmongTheColoursNearASketch() throws {
        let greys: [UInt8] = [136, 114]
        let works = try greys.enumerated().map { index, grey in
            StyleWork(
                id: [UInt8](repeating: UInt8(index + 1), count: 16),
                picture: try PaintedWorks.flat(width: 96, height: 80, [grey, grey, grey, 255]))
        }
        let model = try StyleModel(learning: works)
        let sketch = try PaintedWorks.flat(width: 64, height: 64, [128, 128, 128, 255])
        let leading = try (1...16 as ClosedRange<UInt64>).map { seed in
            let settings = GenerationSettings(width: 64, height: 64, seed: seed)
            let synthesis = Synthesis(model: model, settings: settings, sketch: sketch, threads: 2)
            return try synthesis.render().shares.first?.workID.first
        }
        #expect(Set(leading) == [1, 2], "\(leading)")
    }

    // Goal: a model read back from its bytes draws the same picture.
    // Method: one render from each.
    @Test func readModelsDrawTheSame() throws {
        let model = try StyleModel(learning: PaintedWorks.works(2))
        let settings = GenerationSettings(width: 72, height: 64, seed: 8)
        let first = try Synthesis(model: model, settings: settings, threads: 1).render()
        let read = try StyleModel(bytes: model.bytes)
        let second = try Synthesis(model: read, settings: settings, threads: 2).render()
        #expect(first.picture == second.picture)
        #expect(first.shares == second.shares)
    }

    // Goal: sizes are as asked, within the limits only.
    // Method: the smallest size, odd ones, and one past each bound; the largest as a draft.
    @Test func sizesAreAsAsked() throws {
        let model = try StyleModel(learning: PaintedWorks.works(2, width: 70, height: 64))
        for (width, height) in [(64, 64), (65, 131), (200, 64), (64, 500)] {
            let settings = GenerationSettings(width: width, height: height, seed: 1)
            let rendering = try Synthesis(model: model, settings: settings, threads: 2).render()
            #expect(rendering.picture.width == width && rendering.picture.height == height)
        }
        let largest = GenerationSettings(width: 2_048, height: 2_048, seed: 1)
        _ = try Synthesis(model: model, settings: largest, threads: 2).draft(shortSide: 64)
        for (width, height) in [(63, 64), (64, 63), (2_049, 64), (64, 2_049), (-1, 64)] {
            let settings = GenerationSettings(width: width, height: height, seed: 1)
            #expect(
                throws: StyleError.sizeOutOfRange(
                    width: width, height: height, lowest: 64, highest: 2_048)
            ) { try Synthesis(model: model, settings: settings, threads: 1).render() }
        }
    }

    // Goal: a draft is small and has its picture's layout.
    // Method: the draft and the picture, both averaged over a grid, differ little.
    @Test func draftsShowTheLayout() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3, width: 256, height: 200))
        let settings = GenerationSettings(width: 256, height: 192, seed: 4)
        let synthesis = Synthesis(model: model, settings: settings, threads: 2)
        let draft = try synthesis.draft(shortSide: 90).picture
        #expect(min(draft.width, draft.height) >= 90 && draft.width < 200)
        let left = Measures.grid(of: draft, columns: 6, rows: 5)
        let right = Measures.grid(of: try synthesis.render().picture, columns: 6, rows: 5)
        let gaps = zip(left, right).map { abs($0 - $1) }
        #expect(gaps.reduce(0, +) / Double(gaps.count) < 12)
    }

    // Goal: a drawing stops soon after it is told to, and returns no picture.
    // Method: cancel at the first, second, … question, also late ones; each must stop, and ask
    // no more. The picture drawn after is the one that was never stopped.
    @Test func cancellingStops() throws {
        let model = try StyleModel(learning: PaintedWorks.works(2))
        let settings = GenerationSettings(width: 128, height: 128, seed: 1)
        let whole = try Synthesis(model: model, settings: settings, threads: 2).render()
        for allowed in [0, 1, 2, 3, 10, 50, 200, 500] {
            let asked = Mutex(0)
            #expect(throws: StyleError.cancelled) {
                try Synthesis(model: model, settings: settings, threads: 2).render(isCancelled: {
                    asked.withLock { count in
                        count += 1
                        return count > allowed
                    }
                })
            }
            #expect(asked.withLock { $0 } == allowed + 1)
        }
        let resumed = try Synthesis(model: model, settings: settings, threads: 1).render()
        #expect(resumed.picture == whole.picture)
    }

    // Goal: progress goes from 0 to 1 and never back.
    // Method: collect what is reported.
    @Test func progressGrows() throws {
        let model = try StyleModel(learning: PaintedWorks.works(2))
        let settings = GenerationSettings(width: 100, height: 100, seed: 1)
        let reported = Mutex<[Double]>([])
        _ = try Synthesis(model: model, settings: settings, threads: 2).render(progress: { part in
            reported.withLock { $0.append(part) }
        })
        let parts = reported.withLock { $0 }
        #expect(parts == parts.sorted())
        #expect(parts.first == 0 && parts.last == 1 && parts.count > 5)
    }

    // Goal: what is seen on the way grows from level to level and becomes the picture.
    // Method: collect the previews; the last, blown up, is near the picture.
    @Test func previewsGrow() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3, width: 200, height: 160))
        let settings = GenerationSettings(width: 200, height: 160, seed: 1)
        let previews = Mutex<[Picture]>([])
        let picture = try Synthesis(model: model, settings: settings, threads: 2).render(
            preview: { preview in previews.withLock { $0.append(preview) } }
        ).picture
        let shown = previews.withLock { $0 }
        #expect(shown.count >= 2)
        #expect(shown.map(\.width) == shown.map(\.width).sorted())
        let last = try #require(shown.last)
        let left = Measures.grid(of: last, columns: 5, rows: 4)
        let right = Measures.grid(of: picture, columns: 5, rows: 4)
        #expect(zip(left, right).allSatisfy { abs($0 - $1) < 25 })
    }

    // Goal: settings have one form for hashing.
    // Method: a known value.
    @Test func settingsBytesAreCanonical() throws {
        let settings = GenerationSettings(width: 512, height: 384, seed: 0x0102_0304_0506_0708)
        let head: [UInt8] = [0, 2, 0, 0, 0x80, 1, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1]
        #expect(settings.bytes == head + [0, 50, 0, 0, 0, 0])
        let area = try #require(WorkArea(left: 1, top: 2, right: 3, bottom: 10_000))
        let use = WorkUse(
            workID: [UInt8](repeating: 9, count: 16), isLeftOut: true, avoided: [area])
        let full = GenerationSettings(
            width: 64, height: 65, seed: 1, kind: .tile, originality: 100, works: [use])
        #expect(
            full.bytes == [64, 0, 0, 0, 65, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 100, 1, 0, 0, 0]
                + [UInt8](repeating: 9, count: 16) + [1, 1, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0x10, 0x27]
                + [0, 0, 0, 0])
    }
}
