import CPNG
import StyleKit
import TestSupport
import Testing

/// Our own decoder against libpng.
@Suite struct PNGReadingTests {
    private static let kinds: [(kind: UInt8, channels: Int, depths: [UInt8])] = [
        (0, 1, [1, 2, 4, 8, 16]), (2, 3, [8, 16]), (3, 1, [1, 2, 4, 8]), (4, 2, [8, 16]),
        (6, 4, [8, 16]),
    ]

    // Goal: every kind of PNG gives the pixels that libpng gives.
    // Method: every kind, depth, filter and size from 1 to 18, interlaced and not, with and without
    // clear colours; the packed rows are random bytes, from printed seeds.
    @Test(arguments: SeededGenerator.seeds(4))
    func everyKindReadsAsLibpngReadsIt(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for (kind, channels, depths) in Self.kinds {
            for depth in depths {
                for round in 0..<12 {
                    let width = 1 + random.below(18)
                    let height = 1 + random.below(18)
                    let isInterlaced = round % 2 == 1
                    let lines = Self.lines(
                        width: width, height: height, bits: Int(depth) * channels,
                        isInterlaced: isInterlaced, &random)
                    let file = HandMadePNG.file(
                        width: width, height: height, depth: depth, kind: kind, lines: lines,
                        isInterlaced: isInterlaced,
                        extra: Self.chunks(kind: kind, depth: depth, &random))
                    let seen = try #require(Self.seen(file, isDeep: depth == 16))
                    let read = try Picture.decode(file).0
                    #expect(
                        read.pixels == seen,
                        "kind \(kind) depth \(depth) \(width) × \(height) \(isInterlaced)")
                }
            }
        }
    }

    // Goal: what is wrong behind or beside the pixels does not refuse them; what is cut off does.
    // Method: a file without its end, with bytes behind it, with a text that is cut short, and with
    // fewer rows than it says.
    @Test func onlyMissingPixelsRefuse() throws {
        let file = HandMadePNG.file(
            width: 2, height: 2, depth: 8, kind: 0, rows: [[1, 2], [3, 4]])
        let whole = try Picture.decode(file).0
        let endless = Array(file.dropLast(12))
        let text = Array(HandMadePNG.chunk("tEXt", [1, 2, 3, 4]).dropLast(6))
        for (name, bytes, notes) in [
            ("whole", file, []), ("bytes behind", file + [1, 2, 3], []),
            ("no end", endless, [PictureNote.missingEnd]),
            ("half an end", Array(file.dropLast(5)), [.missingEnd]),
            ("half a text", endless + text, [.missingEnd]),
        ] {
            #expect(try Picture.decode(bytes).0 == whole, "\(name)")
            #expect(try PictureSurvey(of: bytes).notes == notes, "\(name)")
        }
        for bytes in [
            Array(file.dropLast(13)),
            HandMadePNG.file(width: 2, height: 2, depth: 8, kind: 0, rows: [[1, 2]]),
        ] {
            #expect(throws: PictureError.corrupt(reason: "it is truncated")) {
                try Picture.decode(bytes)
            }
        }
    }

    // Goal: an animation is told; the still picture that it begins with is read.
    // Method: a PNG with the chunk that announces frames, before the pixels.
    @Test func animationsAreTold() throws {
        let file = HandMadePNG.file(
            width: 1, height: 1, depth: 8, kind: 0, rows: [[7]],
            extra: [("acTL", [0, 0, 0, 2, 0, 0, 0, 0])])
        #expect(try Picture.decode(file).0.pixels == [7, 7, 7, 255])
        #expect(try PictureSurvey(of: file).notes == [.animation])
    }

    /// Random rows, each led by a filter.
    private static func lines(
        width: Int, height: Int, bits: Int, isInterlaced: Bool, _ random: inout SeededGenerator
    ) -> [UInt8] {
        let passes =
            isInterlaced
            ? [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                (0, 1, 1, 2),
            ] : [(0, 0, 1, 1)]
        var lines: [UInt8] = []
        for (left, top, across, down) in passes where left < width && top < height {
            let count = ((width - left + across - 1) / across * bits + 7) / 8
            for _ in stride(from: top, to: height, by: down) {
                lines += [UInt8(random.below(5))] + random.bytes(count)
            }
        }
        return lines
    }

    /// A palette, and half of the time something clear.
    private static func chunks(
        kind: UInt8, depth: UInt8, _ random: inout SeededGenerator
    ) -> [(String, [UInt8])] {
        var chunks: [(String, [UInt8])] = []
        if kind == 3 { chunks.append(("PLTE", random.bytes(3 << Int(depth)))) }
        guard random.below(2) == 0 else { return chunks }
        switch kind {
        case 0: chunks.append(("tRNS", [0, UInt8(random.below(1 << min(8, Int(depth))))]))
        case 2: chunks.append(("tRNS", [0, 3, 0, 3, 0, 3]))
        case 3: chunks.append(("tRNS", random.bytes(1 + random.below(1 << Int(depth)))))
        default: break
        }
        return chunks
    }

    /// What libpng's simple interface makes of a file, as straight 8-bit RGBA.
    private static func seen(_ file: [UInt8], isDeep: Bool) -> [UInt8]? {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, file, file.count) != 0 else { return nil }
        let count = Int(image.width * image.height) * 4
        // 8-bit RGBA, or 16-bit RGBA multiplied by alpha.
        image.format = isDeep ? 0x07 : 0x03
        if isDeep {
            var deep = [UInt16](repeating: 0, count: count)
            guard png_image_finish_read(&image, nil, &deep, 0, nil) != 0 else { return nil }
            for base in stride(from: 0, to: count, by: 4) {
                let alpha = UInt32(deep[base + 3])
                guard alpha > 0, alpha < 65_535 else { continue }
                for lane in base..<(base + 3) {
                    let value = (UInt32(deep[lane]) * 65_535 + alpha / 2) / alpha
                    deep[lane] = UInt16(min(65_535, value))
                }
            }
            return deep.map { UInt8((UInt32($0) * 255 + 32_895) >> 16) }
        }
        var pixels = [UInt8](repeating: 0, count: count)
        guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { return nil }
        return pixels
    }
}
