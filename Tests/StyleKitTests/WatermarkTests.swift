import StyleKit
import TestSupport
import Testing

@Suite struct WatermarkTests {
    // Goal: the mark shows at every size and on any ground, and covers a bounded part.
    // Method: square and long pictures from 64 to 2,048, black, grey, white and clear; a
    // part of 3 % of a square of the short side changes by 20 levels or more, and at most half of
    // the pixels change at all.
    @Test(arguments: [(64, 64), (100, 80), (64, 2_048), (2_048, 64), (512, 384), (1_024, 1_024)])
    func theMarkShows(width: Int, height: Int) throws {
        for ground in [
            [0, 0, 0, 255], [128, 128, 128, 255], [255, 255, 255, 255], [0, 0, 0, 0],
        ] {
            let picture = try PaintedWorks.flat(
                width: width, height: height, ground.map { UInt8($0) })
            let marked = Watermark.stamp(picture)
            #expect(marked.width == width && marked.height == height)
            var touched = 0
            var visible = 0
            for base in stride(from: 0, to: picture.pixels.count, by: 4) {
                let gap =
                    (0..<4).map { lane in
                        abs(Int(picture.pixels[base + lane]) - Int(marked.pixels[base + lane]))
                    }.max() ?? 0
                if gap > 0 { touched += 1 }
                if gap >= 20 { visible += 1 }
            }
            let count = width * height
            #expect(
                visible * 100 >= 3 * min(width, height) * min(width, height),
                "\(visible) of \(count)")
            #expect(touched * 2 <= count, "\(touched) of \(count)")
        }
    }

    // Goal: most of the picture can be judged, and the same picture is marked the same way.
    // Method: the upper third of a painted picture stays untouched; marking twice is equal.
    @Test func theRestIsUntouched() throws {
        let picture = try PaintedWorks.picture(width: 400, height: 300, seed: 4)
        let marked = Watermark.stamp(picture)
        let third = 400 * 100 * 4
        #expect(Array(marked.pixels.prefix(third)) == Array(picture.pixels.prefix(third)))
        #expect(Watermark.stamp(picture) == marked)
        #expect(marked != picture)
    }

    // Goal: tiny pictures are marked without trouble.
    // Method: every size from 1 × 1 to 20 × 20.
    @Test func tinyPicturesAreSafe() throws {
        for width in 1...20 {
            for height in 1...20 {
                let picture = try PaintedWorks.flat(width: width, height: height)
                #expect(Watermark.stamp(picture) != picture)
            }
        }
    }
}
