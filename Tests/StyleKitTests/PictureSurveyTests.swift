import StyleKit
import TestSupport
import Testing

/// Files read in strips against pictures held whole.
@Suite struct PictureSurveyTests {
    // Goal: a large work can be looked at without all of its pixels in memory.
    // Method: a picture of twice the size at which models keep works, and one below it.
    @Test func largeWorksAreDecodedAtWorkingSize() throws {
        let side = Limits.learnedSide
        let large = try PaintedWorks.flat(width: side * 2, height: side * 2)
        let reduced = try Picture.decodeReduced(try large.encodedPNG())
        #expect(reduced.width == side && reduced.height == side)
        let small = try PaintedWorks.picture(width: 120, height: 90, seed: 2)
        #expect(try Picture.decodeReduced(try small.encodedPNG()) == small)
    }

    // Goal: what is found without holding the picture is what the whole picture gives.
    // Method: pictures of several shapes in every format, turned in all eight ways, in strips from
    // one row up to all; size, hash and fingerprint are the same, and so is a model learned from
    // the file, byte for byte.
    @Test(arguments: 1...8)
    func stripsGiveWhatTheWholeGives(orientation: Int) throws {
        let id = [UInt8](repeating: 1, count: 16)
        for (width, height) in [(97, 66), (64, 64), (70, 131)] {
            let picture = try PaintedWorks.picture(width: width, height: height, seed: 7)
            for file in [
                try Self.png(picture, orientation: UInt8(orientation)),
                try HandMadeJPEG.file(picture, orientation: UInt8(orientation)),
            ] {
                let whole = try Picture.decode(file).0
                #expect(whole.width == (orientation >= 5 ? height : width))
                let learned = try StyleModel(learning: [StyleWork(id: id, picture: whole)])
                for stripBytes in [1, 5_000, Limits.stripBytes] {
                    let survey = try PictureSurvey(of: file, stripBytes: stripBytes)
                    #expect(survey.width == whole.width && survey.height == whole.height)
                    #expect(survey.pixelHash == whole.pixelHash)
                    #expect(survey.fingerprint == whole.fingerprintReading())
                    let lesson = try LearnedWork(id: id, file: file, stripBytes: stripBytes)
                    #expect(try StyleModel(combining: [lesson]).bytes == learned.bytes)
                }
            }
        }
    }

    // Goal: a WebP file decoded in strips has no seams.
    // Method: lossy, lossless and with alpha; strips of 2 rows, of 34 and of all.
    @Test func webPHasNoSeams() throws {
        let opaque = try PaintedWorks.picture(width: 61, height: 77, seed: 2)
        var pixels = opaque.pixels
        for index in stride(from: 3, to: pixels.count, by: 12) {
            pixels[index] = UInt8(index % 251)
        }
        let clear = try Picture(width: 61, height: 77, pixels: pixels)
        for file in [
            try opaque.encodedWebP(quality: 40), try clear.encodedWebP(quality: 90),
            try HandMadeWebP.file(clear),
        ] {
            let whole = try Picture.decode(file).0
            for rows in [1, 34, 77] {
                let survey = try PictureSurvey(of: file, stripBytes: rows * 61 * 4)
                #expect(survey.pixelHash == whole.pixelHash, "\(rows)")
            }
        }
    }

    // Goal: a work larger than a model keeps is learned from its rows as from its whole picture.
    // Method: one too large by its short side, one by its area only; half-clear pixels among them.
    @Test(arguments: [(1_100, 1_060), (300, 15_000)])
    func largeWorksAreLearnedAlike(width: Int, height: Int) throws {
        var random = SeededGenerator(seed: 5)
        var pixels = random.bytes(width * height * 4)
        for index in stride(from: 3, to: pixels.count, by: 8) { pixels[index] = 255 }
        let picture = try Picture(width: width, height: height, pixels: pixels)
        let id = [UInt8](repeating: 1, count: 16)
        let lesson = try LearnedWork(id: id, file: picture.encodedPNG())
        #expect(lesson.pixelHash == picture.pixelHash)
        let model = try StyleModel(learning: [StyleWork(id: id, picture: picture)])
        #expect(try StyleModel(combining: [lesson]).bytes == model.bytes)
        // Known from reading the whole picture at once, before rows were read one by one.
        let known = [1_100: Self.square, 300: Self.tower][width]
        #expect(Self.hex(model.digest) == known)
    }

    // Goal: what is refused whole is refused in strips, and a work must be large enough.
    // Method: a cut file; works one pixel too small and just large enough.
    @Test func refusalsAreTheSame() throws {
        let file = try PaintedWorks.picture(width: 80, height: 80, seed: 1).encodedPNG()
        #expect(throws: PictureError.self) {
            try PictureSurvey(of: Array(file.prefix(file.count / 2)))
        }
        let id = [UInt8](repeating: 1, count: 16)
        let side = Limits.workSide
        for (width, height, isLarge) in [(side, side, true), (side - 1, 200, false)] {
            let small = try PaintedWorks.flat(width: width, height: height).encodedPNG()
            #expect(try PictureSurvey(of: small).isLargeEnoughToLearn == isLarge)
            if isLarge {
                _ = try LearnedWork(id: id, file: small)
            } else {
                #expect(
                    throws: StyleError.workTooSmall(width: width, height: height, limit: side)
                ) { try LearnedWork(id: id, file: small) }
            }
        }
        #expect(throws: StyleError.wrongWorkID(bytes: 3)) {
            try LearnedWork(id: [1, 2, 3], file: file)
        }
    }

    private static let square =
        "0cb285db084ba7393907a080911f67e2ee64494e32d1d492240df07ee879485f"
    private static let tower =
        "8a3aac4cbfe2901a501c5a0e84230fb14b079542395eb8b30d4294adcedc1161"

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func png(_ picture: Picture, orientation: UInt8) throws -> [UInt8] {
        let exif: [UInt8] = [
            0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0,
            0, 0, 0, 0, 0,
        ]
        let file = try picture.encodedPNG()
        return Array(file.prefix(33)) + HandMadePNG.chunk("eXIf", exif) + Array(file.dropFirst(33))
    }
}
