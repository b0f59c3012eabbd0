import StyleKit
import TestSupport
import Testing

@Suite struct PictureTests {
    // Goal: a written PNG reads back as the same pixels, opaque or not.
    // Method: random pixels of several sizes from printed seeds, with and without alpha.
    @Test(arguments: SeededGenerator.seeds(6), [true, false])
    func pngRoundTrips(seed: UInt64, isOpaque: Bool) throws {
        var random = SeededGenerator(seed: seed)
        let width = 1 + random.below(40)
        let height = 1 + random.below(40)
        var pixels = random.bytes(width * height * 4)
        if isOpaque {
            for index in stride(from: 3, to: pixels.count, by: 4) { pixels[index] = 255 }
        }
        let picture = try Picture(width: width, height: height, pixels: pixels)
        let file = try picture.encodedPNG()
        let (decoded, format) = try Picture.decode(file)
        #expect(decoded == picture)
        #expect(format == .png)
        #expect(file.firstRange(of: Array("sRGB".utf8)) != nil)
    }

    // Goal: every bit depth and colour kind of PNG reads as its colours in 8 bits.
    // Method: two pixels of each, written by hand.
    @Test func everyKindOfPNGIsRead() throws {
        let palette: [UInt8] = [10, 20, 30, 200, 100, 50]
        let cases: [(UInt8, UInt8, [UInt8], [(String, [UInt8])], [UInt8])] = [
            (1, 0, [0b0100_0000], [], [0, 0, 0, 255, 255, 255, 255, 255]),
            (2, 0, [0b0110_0000], [], [85, 85, 85, 255, 170, 170, 170, 255]),
            (4, 0, [0x1F], [], [17, 17, 17, 255, 255, 255, 255, 255]),
            (8, 0, [7, 200], [], [7, 7, 7, 255, 200, 200, 200, 255]),
            (16, 0, [7, 7, 200, 200], [], [7, 7, 7, 255, 200, 200, 200, 255]),
            (8, 2, [1, 2, 3, 4, 5, 6], [], [1, 2, 3, 255, 4, 5, 6, 255]),
            (
                16, 2, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], [],
                [1, 2, 3, 255, 4, 5, 6, 255]
            ),
            (1, 3, [0b0100_0000], [("PLTE", palette)], [10, 20, 30, 255, 200, 100, 50, 255]),
            (
                8, 3, [1, 0], [("PLTE", palette), ("tRNS", [0, 128])],
                [200, 100, 50, 128, 10, 20, 30, 0]
            ),
            (8, 4, [9, 255, 90, 60], [], [9, 9, 9, 255, 90, 90, 90, 60]),
            (8, 6, [1, 2, 3, 4, 5, 6, 7, 255], [], [1, 2, 3, 4, 5, 6, 7, 255]),
        ]
        for (depth, kind, row, extra, expected) in cases {
            let file = HandMadePNG.file(
                width: 2, height: 1, depth: depth, kind: kind, rows: [row], extra: extra)
            let pixels = try Picture.decode(file).0.pixels
            let worst = zip(pixels, expected).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(worst <= 1, "depth \(depth), kind \(kind): \(pixels)")
        }
    }

    // Goal: a JPEG reads as nearly the picture that was written.
    // Method: a soft painted picture at quality 95.
    @Test func jpegIsRead() throws {
        let picture = try PaintedWorks.flat(width: 33, height: 21)
        let (decoded, format) = try Picture.decode(try HandMadeJPEG.file(picture))
        #expect(format == .jpeg)
        #expect(decoded.width == 33 && decoded.height == 21)
        let worst = zip(decoded.pixels, picture.pixels).map { abs(Int($0) - Int($1)) }.max()
        #expect((worst ?? 255) <= 3)
    }

    // Goal: EXIF orientation stands a photographed work upright.
    // Method: a bright top left corner must land where each of the eight values puts it.
    @Test(arguments: [
        (UInt8(1), 0, 0), (2, 1, 0), (3, 1, 1), (4, 0, 1), (5, 0, 0), (6, 1, 0), (7, 1, 1),
        (8, 0, 1),
    ])
    func orientationIsApplied(value: UInt8, column: Int, row: Int) throws {
        var pixels = try PaintedWorks.flat(width: 32, height: 16, [10, 10, 10, 255]).pixels
        for y in 0..<8 {
            for x in 0..<8 {
                for lane in 0..<3 { pixels[(y * 32 + x) * 4 + lane] = 250 }
            }
        }
        let picture = try Picture(width: 32, height: 16, pixels: pixels)
        let (turned, _) = try Picture.decode(try HandMadeJPEG.file(picture, orientation: value))
        #expect(turned.width == (value >= 5 ? 16 : 32))
        let x = column == 0 ? 2 : turned.width - 3
        let y = row == 0 ? 2 : turned.height - 3
        #expect(turned.pixels[(y * turned.width + x) * 4] > 200)
    }

    // Goal: a picture is refused by its own rules, with the reason.
    // Method: sizes and byte counts at and one past the bounds.
    @Test func sizesAreChecked() throws {
        #expect(throws: PictureError.tooSmall(width: 0, height: 1)) {
            try Picture(width: 0, height: 1, pixels: [])
        }
        #expect(throws: PictureError.wrongByteCount(count: 5, expected: 4)) {
            try Picture(width: 1, height: 1, pixels: [0, 0, 0, 0, 0])
        }
        let bytes = [UInt8](repeating: 0, count: (Limits.side + 1) * 4)
        _ = try Picture(width: Limits.side, height: 1, pixels: Array(bytes.dropLast(4)))
        #expect(throws: PictureError.self) {
            try Picture(width: Limits.side + 1, height: 1, pixels: bytes)
        }
    }

    // Goal: the hash names size and pixels, and nothing else.
    // Method: the known digest of one black pixel; a turned size differs.
    @Test func pixelHashCoversSizeAndPixels() throws {
        let wide = try PaintedWorks.flat(width: 2, height: 1)
        let tall = try PaintedWorks.flat(width: 1, height: 2)
        #expect(wide.pixels == tall.pixels)
        #expect(wide.pixelHash != tall.pixelHash)
        #expect(wide.pixelHash.count == 32)
        #expect(try Picture.decode(try wide.encodedPNG()).0.pixelHash == wide.pixelHash)
    }
}
