import Foundation
import StyleKit
import Testing

@Suite("Previews of pictures")
struct PicturePreviewTests {
    // Goal: any program that shows ThumbHashes shows ours. Method: four pictures, wide, high and
    // transparent, whose bytes PyPI's thumbhash-python 1.0.1 computed from the same pixels.
    @Test(arguments: [
        (48, 36, false, "5df70965982468968077887887688777068886e068"),
        (20, 60, true, "1d3882120413958507ab462a7b90f27620877b85830a58"),
        (64, 64, false, "9d37064f166391665787777075887a88858369d027058b09"),
        (64, 7, false, "584506118820a05773886888019eacb077"),
    ])
    func bytesAreThoseOfOthers(
        width: Int, height: Int, isClear: Bool, expected: String
    ) throws {
        let picture = try Self.picture(width, height, isClear: isClear)
        let text = try JSONEncoder().encode(PicturePreview(of: picture))
        #expect(String(decoding: text, as: UTF8.self) == "\"\(expected)\"")
        let read = try JSONDecoder().decode(PicturePreview.self, from: text)
        #expect(read.bytes.count <= Limits.previewBytes)
        #expect(try JSONEncoder().encode(read) == text)
    }

    // Goal: what is decoded is the picture, blurred. Method: two pixels of the same program's
    // answer; the mean difference from the picture itself.
    @Test func pixelsAreThoseOfThePicture() throws {
        let preview = try PicturePreview(of: Self.picture(64, 64, isClear: false)).picture
        #expect(preview.width == 32 && preview.height == 32)
        #expect(preview.pixels.prefix(8) == [0, 30, 138, 255, 0, 32, 139, 255])
        let middle = preview.pixels.count / 2
        #expect(preview.pixels[middle..<middle + 4] == [16, 160, 145, 255])

        let hill = try Self.hill(1_200, 800)
        let shown = PicturePreview(of: hill).picture
        var sum = 0
        for y in 0..<shown.height {
            for x in 0..<shown.width {
                let place = (y * 800 / shown.height * 1_200 + x * 1_200 / shown.width) * 4
                for channel in 0..<3 {
                    sum += abs(
                        Int(hill.pixels[place + channel])
                            - Int(shown.pixels[(y * shown.width + x) * 4 + channel]))
                }
            }
        }
        #expect(sum / (shown.width * shown.height * 3) < 20)
    }

    // Goal: a preview of any size and shape, of a clear picture, and of one pixel.
    @Test(arguments: [(1, 1), (1, 3_000), (16_384, 2), (700, 513), (4_000, 3_000)])
    func everySizeHasOne(width: Int, height: Int) throws {
        for alpha in [UInt8(255), 0] {
            let pixels = [UInt8](repeating: 90, count: width * height * 4).enumerated().map {
                $0.offset % 4 == 3 ? alpha : $0.element
            }
            let preview = PicturePreview(
                of: try Picture(width: width, height: height, pixels: pixels))
            #expect(PicturePreview(preview.bytes) == preview)
            let shown = preview.picture
            #expect(max(shown.width, shown.height) == 32)
            #expect(shown.pixels[3] == alpha && (alpha == 0 || abs(Int(shown.pixels[0]) - 90) < 3))
        }
    }

    // Goal: bytes that another device wrote are taken only where they are a preview.
    @Test func otherBytesAreRefused() throws {
        let good = PicturePreview(of: try Self.hill(64, 48)).bytes
        #expect(PicturePreview(good) != nil)
        #expect(PicturePreview(Array(good.dropLast())) == nil)
        #expect(PicturePreview(good + [0]) == nil)
        #expect(PicturePreview([]) == nil && PicturePreview([0, 0, 0, 0]) == nil)
        #expect(PicturePreview([UInt8](repeating: 255, count: 4_000)) == nil)
        for text in ["\"\"", "\"0g\"", "\"\(String(repeating: "00", count: 33))\"", "7"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(PicturePreview.self, from: Data(text.utf8))
            }
        }
    }

    // Goal: a style's preview shows its works side by side. Method: works of one colour each.
    @Test func aMosaicShowsItsParts() throws {
        let colours: [[UInt8]] = [
            [220, 40, 40, 255], [40, 40, 220, 255], [30, 30, 30, 255], [230, 230, 230, 255],
        ]
        let parts = try colours.map { colour in
            PicturePreview(
                of: try Picture(
                    width: 90, height: 60,
                    pixels: (0..<90 * 60).flatMap { _ in colour }))
        }
        #expect(PicturePreview(mosaicOf: []) == nil)
        for count in 1...4 {
            let mosaic = try #require(PicturePreview(mosaicOf: Array(parts.prefix(count)))).picture
            let columns = count == 4 ? 2 : count
            for (place, colour) in colours.prefix(count).enumerated() {
                let x = mosaic.width * (2 * (place % columns) + 1) / (2 * columns)
                let y =
                    mosaic.height * (count == 4 ? 2 * (place / 2) + 1 : 1) / (count == 4 ? 4 : 2)
                let pixel = mosaic.pixels[
                    ((y * mosaic.width) + x) * 4..<((y * mosaic.width) + x) * 4 + 3]
                let far = zip(pixel, colour).map { abs(Int($0) - Int($1)) }.max() ?? 255
                #expect(far < 60, "\(count) parts, part \(place): \(Array(pixel)) for \(colour)")
            }
        }
    }

    // Goal: the streamed preview of a file is that of the decoded picture.
    @Test func aSurveyGivesTheSame() throws {
        let picture = try Self.hill(900, 700)
        let survey = try PictureSurvey(of: try picture.encodedPNG())
        #expect(survey.preview == PicturePreview(of: picture))
    }

    private static func hill(_ width: Int, _ height: Int) throws -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 4)
        for y in 0..<height {
            for x in 0..<width {
                let isLand = y * 2 > height + (x * height / width) / 3
                pixels +=
                    isLand ? [70, 110, 60, 255] : [140, 180, UInt8(200 + 40 * y / height), 255]
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    private static func picture(_ width: Int, _ height: Int, isClear: Bool) throws -> Picture {
        var pixels: [UInt8] = []
        let reach = min(width, height) / 3
        for y in 0..<height {
            for x in 0..<width {
                let (across, down) = (x - width / 2, y - height / 3)
                let isInside = across * across + down * down < reach * reach
                pixels +=
                    isInside
                    ? [230, 90, 40]
                    : [
                        UInt8(x * 7 % 256 * 3 / 4), UInt8((y * 5 + x) % 256),
                        UInt8(120 + x * y % 100),
                    ]
                pixels.append(!isClear || isInside ? 255 : UInt8(x * 4 % 256))
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }
}
