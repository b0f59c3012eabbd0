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
        for file in [try picture.encodedPNG(), try HandMadeJPEG.file(picture)] {
            let whole = try Picture.decode(file).0
            for length in 0..<file.count {
                guard let decoded = try? Picture.decode(Array(file.prefix(length))).0 else {
                    continue
                }
                #expect(file.count - length <= 16 && decoded == whole, "\(length)")
            }
        }
    }

    // Goal: damaged bytes give an error or a picture of the right byte count, never a crash.
    // Method: every byte of a PNG and a JPEG in turn, changed by seeded bits.
    @Test(arguments: SeededGenerator.seeds(3))
    func everyDamagedByteIsSafe(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let picture = try PaintedWorks.picture(width: 24, height: 20, seed: 5)
        for file in [
            try picture.encodedPNG(), try HandMadeJPEG.file(picture),
            try HandMadeJPEG.file(picture, orientation: 6),
        ] {
            for index in file.indices {
                var damaged = file
                damaged[index] ^= UInt8(1 + random.below(255))
                guard let decoded = try? Picture.decode(damaged).0 else { continue }
                #expect(decoded.pixels.count == decoded.width * decoded.height * 4)
            }
        }
    }
}
