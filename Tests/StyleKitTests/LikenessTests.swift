import StyleKit
import TestSupport
import Testing

@Suite struct LikenessTests {
    // Goal: a collage is made of the works' own marks, from several works, and copies none.
    // Method: at the works' scale, most patches lie close to a patch of a work; a blurred and a
    // recoloured control do not; no work gives more than 60 %; no work is nearly the picture.
    @Test func collagesAreMadeOfTheWorks() throws {
        let works = try PaintedWorks.works(4, width: 96, height: 96, seed: 11)
        let model = try StyleModel(learning: works)
        let settings = GenerationSettings(width: 96, height: 96, seed: 2, kind: .collage)
        let rendering = try Synthesis(model: model, settings: settings, threads: 2).render()
        let pictures = works.map(\.picture)
        let distances = Measures.distances(from: rendering.picture, to: pictures, step: 9)
        let median = distances[distances.count / 2]
        #expect(median < 12, "median \(median)")
        let blurred = try Controls.blurred(rendering.picture)
        let control = Measures.distances(from: blurred, to: pictures, step: 9)
        #expect(control[control.count / 2] > median * 1.5)
        let top = try #require(rendering.shares.first)
        #expect(top.share <= 0.6)
        #expect(rendering.shares.count >= 3)
        #expect(abs(rendering.shares.map(\.share).reduce(0, +) - 1) < 1e-9)
        for picture in pictures {
            let gaps = zip(picture.pixels, rendering.picture.pixels).map { abs(Int($0) - Int($1)) }
            #expect(Double(gaps.reduce(0, +)) / Double(gaps.count) > 10)
        }
    }

    // Goal: only the works' colours appear.
    // Method: works without any blue; no pixel of the picture is blue.
    @Test func thePaletteIsKept() throws {
        let works = try (1...3).map { index in
            var pixels = try PaintedWorks.picture(width: 90, height: 90, seed: UInt64(index)).pixels
            for base in stride(from: 0, to: pixels.count, by: 4) {
                pixels[base] = max(pixels[base], 120)
                pixels[base + 2] = pixels[base] / 4
            }
            return StyleWork(
                id: [UInt8](repeating: UInt8(index), count: 16),
                picture: try Picture(width: 90, height: 90, pixels: pixels))
        }
        let model = try StyleModel(learning: works)
        for sketch in [nil, try Sketches.twoFields(width: 64, height: 64)] {
            let settings = GenerationSettings(width: 90, height: 90, seed: 6)
            let pixels = try Synthesis(
                model: model, settings: settings, sketch: sketch, threads: 2
            ).render().picture.pixels
            let blue = stride(from: 0, to: pixels.count, by: 4).filter {
                Int(pixels[$0 + 2]) > Int(pixels[$0]) / 4 + 40
            }
            #expect(blue.count < pixels.count / 400)
        }
    }

    // Goal: a sketch says what goes where.
    // Method: a light upper and a dark lower half, from works that have both all over.
    @Test func sketchesAreFollowed() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 128, height: 128))
        let sketch = try Sketches.twoFields(width: 128, height: 128)
        let settings = GenerationSettings(width: 128, height: 128, seed: 3)
        let picture = try Synthesis(model: model, settings: settings, sketch: sketch, threads: 2)
            .render().picture
        let above = Measures.brightness(of: picture, x: 0..<128, y: 0..<56)
        let below = Measures.brightness(of: picture, x: 0..<128, y: 72..<128)
        #expect(above > below + 40, "\(above) over \(below)")
    }

    // Goal: cut-out works give cut-out pictures.
    // Method: discs on clear paper, remixed and after a sketch on clear paper: both clear and
    // opaque parts remain, and colour never leaks out of clear pixels.
    @Test func transparencyIsKept() throws {
        let works = try (1...3).map { index in
            StyleWork(
                id: [UInt8](repeating: UInt8(index), count: 16),
                picture: try Sketches.cutOut(side: 80 + index * 8))
        }
        let model = try StyleModel(learning: works)
        for sketch in [nil, try Sketches.cutOut(side: 64)] {
            let settings = GenerationSettings(width: 96, height: 96, seed: 1)
            let picture = try Synthesis(
                model: model, settings: settings, sketch: sketch, threads: 2
            ).render().picture
            let alphas = stride(from: 3, to: picture.pixels.count, by: 4).map { picture.pixels[$0] }
            #expect(alphas.filter { $0 < 8 }.count > alphas.count / 10)
            #expect(alphas.filter { $0 > 247 }.count > alphas.count / 10)
        }
    }

    // Goal: one small work, and works of very different shapes, give whole pictures of their style.
    // Method: each renders, also much larger than the works: the picture has the size asked for, no
    // hole, light and dark in the range of its works, and as much contrast.
    @Test func oddWorksDraw() throws {
        let shapes = [[(64, 64)], [(64, 700), (700, 64)], [(65, 64), (400, 300), (64, 90)]]
        for (index, sizes) in shapes.enumerated() {
            let works = try sizes.enumerated().map { number, size in
                StyleWork(
                    id: [UInt8](repeating: UInt8(number + 1), count: 16),
                    picture: try PaintedWorks.picture(
                        width: size.0, height: size.1, seed: UInt64(index + number)))
            }
            let model = try StyleModel(learning: works)
            for (width, height) in [(64, 160), (300, 200)] {
                let settings = GenerationSettings(width: width, height: height, seed: 9)
                let rendering = try Synthesis(model: model, settings: settings, threads: 2)
                    .render()
                let picture = rendering.picture
                #expect(picture.width == width && picture.height == height)
                #expect(picture.isOpaque)
                let own = works.map { Measures.tones(of: $0.picture) }
                let tones = Measures.tones(of: picture)
                let means = own.map(\.mean)
                let darkest = try #require(means.min())
                let lightest = try #require(means.max())
                #expect((darkest - 25...lightest + 25).contains(tones.mean), "\(tones), \(own)")
                let contrasts = own.map(\.contrast)
                let least = try #require(contrasts.min())
                let most = try #require(contrasts.max())
                #expect((least * 0.6...most * 1.4).contains(tones.contrast), "\(tones), \(own)")
                #expect(abs(rendering.shares.map(\.share).reduce(0, +) - 1) < 1e-9)
                #expect(Set(rendering.shares.map(\.workID)).isSubset(of: works.map(\.id)))
            }
        }
    }
}
