import StyleKit
import TestSupport
import Testing

@Suite struct PictureWritingTests {
    // Goal: the bytes are of the format that was asked for, and hold the picture.
    // Method: a painted picture in each format, twice; PNG is exact, the others near it on average
    // (WebP halves the resolution of colours, and this picture is made of single pixels).
    @Test(arguments: OutputFormat.allCases)
    func everyFormatHoldsThePicture(format: OutputFormat) throws {
        let picture = try PaintedWorks.picture(width: 120, height: 90, seed: 4)
        let file = try picture.encoded(as: format)
        let (decoded, found) = try Picture.decode(file)
        #expect(found.rawValue == format.rawValue)
        #expect(decoded.width == 120 && decoded.height == 90)
        let gaps = zip(decoded.pixels, picture.pixels).map { abs(Int($0) - Int($1)) }
        let mean = Double(gaps.reduce(0, +)) / Double(gaps.count)
        let limits: [OutputFormat: Double] = [.png: 0, .jpeg: 5, .webp: 8]
        #expect(mean <= limits[format, default: 0], "\(mean)")
        #expect(try picture.encoded(as: format) == file)
    }

    // Goal: what is clear stays clear in WebP and becomes paper in JPEG.
    // Method: a disc of paint on clear paper, its corner and its middle.
    @Test func clearPartsAreKept() throws {
        let picture = try Sketches.cutOut(side: 64)
        let middle = (32 * 64 + 32) * 4
        let pressed = try Picture.decode(picture.encodedWebP()).0.pixels
        #expect(pressed[3] == 0 && pressed[middle + 3] == 255)
        let flat = try Picture.decode(picture.encodedJPEG()).0.pixels
        #expect(flat[..<3].allSatisfy { $0 > 250 } && flat[middle + 3] == 255)
        #expect(abs(Int(flat[middle]) - 150) < 6)
    }

    // Goal: the name of a file decides its format, in any case, and other names are not guessed.
    // Method: every ending in two cases, and endings of other formats.
    @Test func namesAskForFormats() {
        for format in OutputFormat.allCases {
            for ending in format.endings {
                #expect(OutputFormat(ending: ending) == format)
                #expect(OutputFormat(ending: ending.uppercased()) == format)
            }
        }
        for ending in ["", "gif", "tiff", "pn", "png ", "jpg2"] {
            #expect(OutputFormat(ending: ending) == nil, "\(ending)")
        }
    }

    // Goal: a side that WebP cannot hold is refused with the reason; a quality beyond the ends
    // counts as the end.
    // Method: the longest side that a picture may have; qualities at and past both ends.
    @Test func boundsAreTold() throws {
        let long = try PaintedWorks.flat(width: Limits.side, height: 1)
        #expect(
            throws: PictureError.notWritten(reason: "WebP holds at most 16383 pixels a side")
        ) { try long.encodedWebP() }
        #expect(try Picture.decode(long.encodedJPEG()).0.width == Limits.side)
        let picture = try PaintedWorks.picture(width: 20, height: 20, seed: 1)
        #expect(try picture.encodedJPEG(quality: 0) == picture.encodedJPEG(quality: 1))
        #expect(try picture.encodedJPEG(quality: 101) == picture.encodedJPEG(quality: 100))
        #expect(try picture.encodedWebP(quality: -1) == picture.encodedWebP(quality: 0))
        #expect(try picture.encodedWebP(quality: 101) == picture.encodedWebP(quality: 100))
    }
}
