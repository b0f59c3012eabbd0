import StyleKit
import TestSupport
import Testing

@Suite struct WatermarkTests {
    // Goal: the mark shows at every size and on any ground, and covers a bounded part.
    // Method: square and long pictures from 64 to 2,048, black, grey, white and clear; a
    // part of 1 % of a square of the short side changes by 20 levels or more, and at most half of
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
                visible * 100 >= min(width, height) * min(width, height),
                "\(visible) of \(count)")
            #expect(touched * 2 <= count, "\(touched) of \(count)")
        }
    }

    // Goal: a crop worth having still shows the mark, and most of the picture can be judged.
    // Method: every crop of 60 % of both sides, on a grid, holds some of it; at most a fifth of
    // the part above the ribbon changes by 10 levels or more; marking twice is equal.
    @Test(arguments: [(400, 300), (300, 640), (512, 512)])
    func cropsShowTheMark(width: Int, height: Int) throws {
        let picture = try PaintedWorks.picture(width: width, height: height, seed: 4)
        let marked = Watermark.stamp(picture)
        #expect(Watermark.stamp(picture) == marked)
        func isMarked(_ x: Int, _ y: Int) -> Bool {
            let base = (y * width + x) * 4
            return (0..<3).contains { lane in
                abs(Int(picture.pixels[base + lane]) - Int(marked.pixels[base + lane])) >= 10
            }
        }
        let side = min(width, height) * 6 / 10
        for top in stride(from: 0, through: height - side, by: 20) {
            for left in stride(from: 0, through: width - side, by: 20) {
                let count = (top..<(top + side)).reduce(0) { sum, y in
                    sum + (left..<(left + side)).count { isMarked($0, y) }
                }
                #expect(count > side * side / 200, "\(left), \(top): \(count)")
            }
        }
        let upper = (0..<(height * 9 / 10)).reduce(0) { sum, y in
            sum + (0..<width).count { isMarked($0, y) }
        }
        #expect(upper * 5 <= width * height * 9 / 10)
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
