import StyleKit
import TestSupport
import Testing

@Suite struct AnalysisTests {
    // Goal: flat colours come out exactly as they were painted, with their shares.
    // Method: three flat colours in known parts, one of them small; all edges hard.
    @Test func flatColorsAreExact() throws {
        let analysis = try Self.analysis { x, y in
            if y < 160 { return [200, 40, 41, 255] }
            return x < 32 ? [9, 200, 120, 255] : [20, 21, 122, 255]
        }
        #expect(analysis.palette.map(\.hex) == ["#c82829", "#14157a", "#09c878"])
        for (swatch, share) in zip(analysis.palette, [0.625, 0.328, 0.047]) {
            #expect(abs(swatch.share - share) < 0.01, "\(swatch)")
        }
    }

    // Goal: swatches are clearly different, and their shares make up the whole.
    // Method: a painted work with many shades.
    @Test func swatchesAreDifferent() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3, width: 200, height: 160))
        let palette = model.analysis.palette
        #expect((4...12).contains(palette.count))
        #expect(abs(palette.map(\.share).reduce(0, +) - 1) < 0.01)
        #expect(Set(palette.map(\.hex)).count == palette.count)
    }

    // Goal: the width of lines is found, whatever their direction.
    // Method: parallel dark lines 6 pixels wide in a work of 256, so 12 in measured pixels, level,
    // upright and slanted: the middle width lies within a fifth.
    @Test(arguments: [0, 1, 2])
    func lineWidthsAreFound(direction: Int) throws {
        let analysis = try Self.analysis { x, y in
            // Slanted lines 6 wide are 6 · √2 apart along an axis.
            let place = direction == 0 ? y % 40 : direction == 1 ? x % 40 : (x + y) * 70 / 99 % 40
            return place < 6 ? [30, 25, 20, 255] : [220, 210, 190, 255]
        }
        let width = try #require(analysis.middleStrokeWidth)
        #expect(abs(width / (6.0 / 256 * 1_000) - 1) < 0.2, "\(width)")
        let top = analysis.edgeDirections.indices.max {
            analysis.edgeDirections[$0] < analysis.edgeDirections[$1]
        }
        #expect(top == [0, 6, 3][direction])
    }

    // Goal: contrast and light say how light a work is.
    // Method: half near black and half near white; then two near greys; a clear work has none.
    @Test func lightIsFound() throws {
        let hard = try Self.analysis { x, _ in x < 128 ? [8, 8, 8, 255] : [250, 250, 250, 255] }
        #expect(hard.contrast > 70)
        let soft = try Self.analysis { x, _ in
            x < 128 ? [120, 120, 120, 255] : [140, 140, 140, 255]
        }
        #expect(soft.contrast < 15)
        #expect(abs((soft.middleLightness ?? 0) - 60) < 8)
        let clear = try Self.analysis { _, _ in [0, 0, 0, 0] }
        #expect(clear.middleLightness == nil && clear.contrast == 0 && clear.palette.isEmpty)
    }

    // Goal: texture tells grain from masses.
    // Method: a board of fields of 1 pixel and of 64: the largest change is at the scale.
    @Test func textureTellsTheScale() throws {
        let fine = try Self.analysis { x, y in
            (x + y) % 2 == 0 ? [0, 0, 0, 255] : [255, 255, 255, 255]
        }
        let coarse = try Self.analysis { x, y in
            (x / 64 + y / 64) % 2 == 0 ? [0, 0, 0, 255] : [255, 255, 255, 255]
        }
        func top(_ values: [Double]) -> Int { values.indices.max { values[$0] < values[$1] } ?? -1 }
        #expect(top(fine.textureByScale) <= 1, "\(fine.textureByScale)")
        #expect(top(coarse.textureByScale) >= 5, "\(coarse.textureByScale)")
    }

    private static func analysis(_ color: (Int, Int) -> [UInt8]) throws -> StyleAnalysis {
        let pixels = (0..<(256 * 256)).flatMap { color($0 % 256, $0 / 256) }
        let picture = try Picture(width: 256, height: 256, pixels: pixels)
        let work = StyleWork(id: [UInt8](repeating: 1, count: 16), picture: picture)
        return try StyleModel(learning: [work]).analysis
    }
}
