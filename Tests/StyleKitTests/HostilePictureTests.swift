import StyleKit
import TestSupport
import Testing

@Suite struct HostilePictureTests {
    // Goal: a size beyond the limits is refused from the header, before pixels are allocated.
    // Method: headers without any pixel, at the limits and one past; at the limit the refusal is
    // for the missing pixels.
    @Test func sizeIsRefusedFromTheHeader() throws {
        for (width, height) in [
            (100_000, 100_000), (Limits.side + 1, 1), (1, Limits.side + 1), (16_000, 12_501),
        ] {
            let file = HandMadePNG.header(width: width, height: height)
            #expect(
                throws: PictureError.tooLarge(
                    width: width, height: height, side: Limits.side, pixels: Limits.pixels)
            ) { try Picture.decode(file) }
        }
        for (width, height) in [(16_384, 16_384), (12_210, 16_384)] {
            #expect(
                throws: PictureError.tooLarge(
                    width: width, height: height, side: Limits.side, pixels: Limits.pixels)
            ) { try Picture.decode(HandMadeWebP.header(width: width, height: height)) }
        }
        for (width, height) in [(Limits.side, 1), (1, Limits.side), (16_000, 12_500)] {
            let error = try #require(throws: PictureError.self) {
                try Picture.decode(HandMadePNG.header(width: width, height: height))
            }
            guard case .corrupt = error else {
                Issue.record("\(width) × \(height): \(error)")
                continue
            }
        }
    }

    // Goal: what is no picture is told apart at once.
    // Method: nothing, text, other formats' first bytes, and a file one byte too long.
    @Test func otherFilesAreRefused() {
        for bytes in [[], Array("hello, this is text".utf8), Array("GIF89a".utf8), [0xFF, 0xD8]] {
            #expect(throws: PictureError.notAPicture) { try Picture.decode(bytes) }
        }
        let long = [UInt8](repeating: 0, count: Limits.fileBytes + 1)
        #expect(
            throws: PictureError.fileTooLarge(bytes: long.count, limit: Limits.fileBytes)
        ) { try Picture.decode(long) }
    }

    // Goal: a file cut anywhere is refused, or lacks nothing but its end mark; it never crashes.
    // Method: every prefix of a small PNG and a small JPEG.
    @Test func everyPrefixIsSafe() throws {
        let picture = try PaintedWorks.picture(width: 24, height: 20, seed: 3)
        for file in [
            try picture.encodedPNG(), try HandMadeJPEG.file(picture),
            try HandMadeWebP.file(picture),
        ] {
            let whole = try Picture.decode(file).0
            for length in 0..<file.count {
                guard let decoded = try? Picture.decode(Array(file.prefix(length))).0 else {
                    continue
                }
                #expect(file.count - length <= 16 && decoded == whole, "\(length)")
            }
        }
    }

    // Goal: damaged bytes give an error or a picture of bounded size, never a crash; of a PNG,
    // which has checksums, the same picture or an error.
    // Method: every byte of a PNG, two JPEGs and a WebP in turn, changed by seeded bits; some files
    // are refused and some are not.
    @Test(arguments: SeededGenerator.seeds(3))
    func everyDamagedByteIsSafe(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let picture = try PaintedWorks.picture(width: 24, height: 20, seed: 5)
        for file in [
            try picture.encodedPNG(), try HandMadeJPEG.file(picture),
            try HandMadeJPEG.file(picture, orientation: 6), try HandMadeWebP.file(picture),
        ] {
            let isPNG = PictureFormat(sniffing: file) == .png
            var (read, refused) = (0, 0)
            for index in file.indices {
                var damaged = file
                damaged[index] ^= UInt8(1 + random.below(255))
                guard let decoded = try? Picture.decode(damaged).0 else {
                    refused += 1
                    continue
                }
                read += 1
                #expect(max(decoded.width, decoded.height) <= Limits.side, "byte \(index)")
                if isPNG { #expect(decoded == picture, "byte \(index)") }
            }
            #expect(read > 0 && refused > 0, "seed \(seed): \(read) read, \(refused) refused")
        }
    }

    // Goal: a header that promises more pixels than its bytes can hold is refused at once.
    // Method: a million pixels, packed at deflate's best rate less one byte.
    @Test func lyingHeadersAreRefused() throws {
        let file = HandMadePNG.file(
            width: 1_000, height: 1_000, depth: 8, kind: 0, rows: [[1, 2, 3]])
        #expect(
            throws: PictureError.corrupt(
                reason: "it has too few bytes for 1000 × 1000 pixels")
        ) { try Picture.decode(file) }
    }

    // Goal: a wrong checksum refuses the file where pixels depend on the chunk; where only the
    // colours do, the chunk is left aside and that is told.
    // Method: one flipped bit in the checksum of each such chunk; that of a text is not looked at.
    @Test func wrongChecksumsAreTold() throws {
        let parts: [(String, [UInt8])] = [
            ("gAMA", [0, 1, 0x86, 0xA0]), ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [9]),
            ("tEXt", Array("a".utf8)),
        ]
        let file = HandMadePNG.file(
            width: 2, height: 1, depth: 8, kind: 3, rows: [[0, 1]], extra: parts)
        #expect(try Picture.decode(file).0.pixels != [1, 2, 3, 9, 4, 5, 6, 255])
        for name in ["IHDR", "gAMA", "PLTE", "tRNS", "IDAT", "tEXt"] {
            let start = try #require(file.firstRange(of: Array(name.utf8))).lowerBound
            let length = file[(start - 4)..<start].reduce(0) { $0 << 8 | Int($1) }
            var damaged = file
            damaged[start + 4 + length] ^= 1
            switch name {
            case "tEXt":
                #expect(try PictureSurvey(of: damaged).notes == [])
            case "gAMA":
                #expect(try Picture.decode(damaged).0.pixels == [1, 2, 3, 9, 4, 5, 6, 255])
                #expect(
                    try PictureSurvey(of: damaged).notes
                        == [.colorsIgnored(reason: "its gAMA chunk is damaged")])
            default:
                #expect(throws: PictureError.self, "\(name)") { try Picture.decode(damaged) }
            }
        }
    }

    // Goal: a file of endless parts is refused before they fill the memory.
    // Method: a JPEG with as many scans as are read and one more, a PNG with one part too many; and
    // a thousand damaged chunks are told once.
    @Test func endlessPartsAreRefused() throws {
        let jpeg = try HandMadeJPEG.file(try PaintedWorks.flat(width: 8, height: 8))
        let start = try #require(jpeg.firstRange(of: [0xFF, 0xDA])).lowerBound
        let scans = Array(jpeg[start..<(jpeg.count - 2)])
        let many = Array(jpeg[..<start]) + (0...Limits.jpegScans).flatMap { _ -> [UInt8] in scans }
        var parts: [UInt8] = []
        for _ in 0...Limits.pngParts { parts += [0, 0, 0, 1] + Self.part }
        let header = Array(HandMadePNG.header(width: 1, height: 1)[..<33])
        for (file, word) in [(many + [0xFF, 0xD9], "scans"), (header + parts, "parts")] {
            let error = try #require(throws: PictureError.self) {
                _ = try Picture.decode(file)
            }
            #expect("\(error)".contains(word), "\(error)")
        }
        let gamma: [UInt8] = Array(HandMadePNG.chunk("gAMA", [0, 1, 0x86, 0xA0]).dropLast()) + [0]
        let file = HandMadePNG.file(width: 1, height: 1, depth: 8, kind: 0, rows: [[7]])
        let told =
            Array(file[..<33]) + (0..<1_000).flatMap { _ -> [UInt8] in gamma } + Array(file[33...])
        #expect(try PictureSurvey(of: told).notes.count == 1)
    }

    /// The rest of a chunk of one packed byte.
    private static let part: [UInt8] = Array(HandMadePNG.chunk("IDAT", [0x78]).dropFirst(4))

    // Goal: a packed profile that unpacks to far too much is left aside, not unpacked.
    // Method: a profile of zeros, just beyond the limit, deflated by hand; the picture reads.
    @Test func profileBombsAreLeftAside() throws {
        for profile in [HandMadePNG.deflatedZeros(Limits.profileBytes + 1), [1, 2, 3], []] {
            let file = HandMadePNG.file(
                width: 1, height: 1, depth: 8, kind: 2, rows: [[9, 8, 7]],
                extra: [("iCCP", Array("p".utf8) + [0, 0] + profile)])
            #expect(try Picture.decode(file).0.pixels == [9, 8, 7, 255])
        }
    }

    // Goal: kinds that are not read say so, and do not look damaged.
    // Method: an animated WebP, and JPEGs whose frame says 12 bits or lossless.
    @Test func otherKindsAreNamed() throws {
        let picture = try PaintedWorks.flat(width: 8, height: 8)
        let animated = HandMadeWebP.file(chunks: [
            ("VP8X", [2, 0, 0, 0, 7, 0, 0, 7, 0, 0]), ("ANIM", [0, 0, 0, 0, 0, 0]),
        ])
        var deep = try HandMadeJPEG.file(picture)
        let frame = try #require(deep.firstRange(of: [0xFF, 0xC0])).lowerBound
        deep[frame + 4] = 12
        var lossless = try HandMadeJPEG.file(picture)
        lossless[frame + 1] = 0xC3
        for file in [animated, deep, lossless] {
            let error = try #require(throws: PictureError.self) { try Picture.decode(file) }
            guard case .unsupported = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }
}
