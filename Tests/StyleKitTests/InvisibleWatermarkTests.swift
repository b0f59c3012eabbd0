import StyleKit
import TestSupport
import Testing

@Suite struct InvisibleWatermarkTests {
    // Goal: the mark and all its 32 bits outlive what happens to pictures on the way.
    // Method: a lively and a flat drawn picture; each is pressed, scaled, cut, mirrored, turned.
    @Test(arguments: [true, false])
    func theMarkOutlivesTheWay(isFlat: Bool) throws {
        let picture = try isFlat ? Self.flatArt(side: 512) : Self.lively(side: 512)
        let payload: UInt32 = 0xC0DE_1234
        let mark = InvisibleWatermark(key: 77)
        let marked = mark.embed(payload, in: picture)
        #expect(marked != picture)
        #expect(marked.width == 512 && marked.height == 512)
        let ways: [(String, Picture)] = [
            ("as it is", marked),
            ("JPEG 50", try Picture.decode(HandMadeJPEG.file(marked, quality: 50)).0),
            ("JPEG as exported", try Picture.decode(marked.encodedJPEG()).0),
            ("WebP as exported", try Picture.decode(marked.encodedWebP()).0),
            ("half", try Reshaped.scaled(marked, width: 256, height: 256)),
            ("double", try Reshaped.scaled(marked, width: 1_024, height: 1_024)),
            ("odd scale", try Reshaped.scaled(marked, width: 713, height: 713)),
            ("half its area", try Reshaped.cut(marked, x: 91, y: 38, width: 362, height: 362)),
            ("mirrored", try Reshaped.mirrored(marked)),
        ]
        for (name, changed) in ways {
            let reading = try #require(mark.read(changed), "\(name)")
            #expect(reading.payload == payload, "\(name): \(reading)")
            let scale = Double(changed.width) / (name == "half its area" ? 362 : 512)
            #expect(abs(reading.scale / scale - 1) < 0.01, "\(name)")
            #expect(reading.isMirrored == (name == "mirrored"))
        }
    }

    // Goal: nothing is found where nothing is, nor with another key.
    // Method: unmarked pictures, and a marked one read with another key.
    @Test func nothingIsFoundWhereNothingIs() throws {
        let lively = try Self.lively(side: 400)
        let marked = InvisibleWatermark(key: 1).embed(9, in: lively)
        #expect(InvisibleWatermark(key: 2).read(marked) == nil)
        for picture in [
            lively, try Self.flatArt(side: 300), try PaintedWorks.flat(width: 200, height: 200),
        ] {
            #expect(InvisibleWatermark(key: 1).read(picture) == nil)
        }
    }

    // Goal: nobody sees it: small changes everywhere, none where the picture is clear.
    // Method: nine of ten values change by at most 8 levels, in flat art 3, none by more than 14;
    // clear pixels and alpha stay; a picture too small is left alone.
    @Test func theMarkIsNotSeen() throws {
        let mark = InvisibleWatermark(key: 5)
        let lively = try Self.lively(side: 300)
        let flat = try Self.flatArt(side: 300)
        for (picture, usual) in [(lively, 8), (flat, 3)] {
            let marked = mark.embed(1, in: picture)
            let gaps = zip(picture.pixels, marked.pixels).map { abs(Int($0) - Int($1)) }.sorted()
            #expect((gaps.last ?? 0) <= 14)
            let most = gaps[gaps.count * 9 / 10]
            #expect(most <= usual, "\(most)")
        }
        let cutOut = try Sketches.cutOut(side: 200)
        let marked = mark.embed(1, in: cutOut)
        for base in stride(from: 0, to: cutOut.pixels.count, by: 4) {
            #expect(marked.pixels[base + 3] == cutOut.pixels[base + 3])
            if cutOut.pixels[base + 3] == 0 { #expect(marked.pixels[base] == cutOut.pixels[base]) }
        }
        let small = try Self.lively(side: InvisibleWatermark.smallestSide - 1)
        #expect(mark.embed(1, in: small) == small)
    }

    // Goal: the same picture, key and payload give the same pixels; other payloads others.
    // Method: twice the same, and one bit changed.
    @Test func marksAreExact() throws {
        let picture = try Self.flatArt(side: 256)
        let mark = InvisibleWatermark(key: 5)
        #expect(mark.embed(6, in: picture) == mark.embed(6, in: picture))
        #expect(mark.embed(6, in: picture) != mark.embed(7, in: picture))
    }

    /// Washes and strokes, as a painter's.
    private static func lively(side: Int) throws -> Picture {
        try PaintedWorks.picture(width: side, height: side, seed: 4)
    }

    /// A disc and a meadow under a plain sky.
    private static func flatArt(side: Int) throws -> Picture {
        let pixels = (0..<(side * side)).flatMap { index -> [UInt8] in
            let x = index % side - side / 2
            let y = index / side - side / 3
            if x * x + y * y < side * side / 30 { return [240, 180, 40, 255] }
            return y > side / 3 ? [70, 120, 80, 255] : [236, 228, 210, 255]
        }
        return try Picture(width: side, height: side, pixels: pixels)
    }
}
