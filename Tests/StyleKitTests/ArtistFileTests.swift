import ArtistFiles
import Foundation
import StyleKit
import TestSupport
import Testing

/// What is read of the files of drawing programs, scanners and telephones is what they show.
@Suite struct ArtistFileTests {
    // Goal: every kind of PSD and PSB reads as it was written: packings, depths, colour modes,
    // inks, palettes, profiles, transparency mixed with white, and saved selections left aside.
    // Method: 60 files written by a program of its own, from pixels that PIL confirms where it
    // reads such a file; the largest difference is at most the kind's tolerance.
    @Test(arguments: SeededGenerator.seeds(2))
    func photoshopFilesShowTheirMergedPicture(seed: UInt64) throws {
        try PictureOracle("photoshop", seed: seed, files: 60).check()
    }

    // Goal: every kind of TIFF reads as PIL reads it: packings, depths, palettes, inks, profiles,
    // strips and tiles, both ends, long offsets, planes, both kinds of alpha, orientation.
    // Method: 67 files of PIL and of a writer of the script's own.
    @Test(
        .enabled(if: OptionalLibrary.libtiff.isBuiltIn, "this build is without libtiff"),
        arguments: SeededGenerator.seeds(2))
    func tiffsReadAsPILReadsThem(seed: UInt64) throws {
        try PictureOracle("tiff", seed: seed, files: 67).check()
    }

    // Goal: OpenRaster and Krita files show their merged picture with its profile, and a Krita file
    // without it, or one of Procreate, its preview.
    @Test(
        .enabled(if: OptionalLibrary.libzip.isBuiltIn, "this build is without libzip"),
        arguments: SeededGenerator.seeds(2))
    func archivesShowTheirMergedPicture(seed: UInt64) throws {
        let seen = try PictureOracle("archive", seed: seed, files: 8)
        try seen.check()
        let notes = try seen.surveys().mapValues(\.notes)
        #expect(
            notes["archive-krita-preview"] == [
                .previewOnly(width: 37, height: 26, canvas: nil)
            ])
        #expect(
            notes["archive-thumbnail"] == [
                .previewOnly(width: 37, height: 26, canvas: nil)
            ])
        #expect(notes["archive-krita-RGB"] == [])
    }

    // Goal: a Clip Studio file shows its preview, and both sizes are told.
    @Test(arguments: SeededGenerator.seeds(2))
    func clipStudioShowsItsPreview(seed: UInt64) throws {
        let seen = try PictureOracle("clip", seed: seed, files: 2)
        try seen.check()
        for (name, survey) in try seen.surveys() {
            let canvas = PictureSize(width: 4_000, height: 3_000)
            #expect(
                survey.notes == [
                    .previewOnly(width: 37, height: 26, canvas: canvas)
                ], "\(name)")
            #expect(
                survey.notes.first?.description
                    == "Only the preview in it was taken, 37 × 26 pixels, instead of the canvas "
                    + "of 4000 × 3000: the drawing itself lies in a form that is not read. For "
                    + "all of it, export it as PNG or PSD and use that.")
        }
    }

    // Goal: HEIC and AVIF read as the pictures that heif-enc made them of, with alpha and profile.
    // Method: soft washes at quality 98, which may be some levels off; and of AVIF what libavif's
    // decoder sees, within two levels.
    @Test(
        .enabled(
            if: OptionalLibrary.libheif.isBuiltIn && Shell.has("heif-enc")
                && Shell.has("avifdec"),
            "needs a build with libheif, heif-enc (libheif-examples) and avifdec (libavif-bin)"),
        arguments: SeededGenerator.seeds(1))
    func heifReadsAsItWasMade(seed: UInt64) throws {
        try PictureOracle("heif", seed: seed, files: 8).check()
    }

    // Goal: JPEG XL reads exactly as the picture that cjxl made it of: grey, alpha, 16 bits,
    // profile, all orientations; within some levels where it has loss.
    @Test(
        .enabled(
            if: OptionalLibrary.libjxl.isBuiltIn && Shell.has("cjxl"),
            "needs a build with libjxl, and cjxl of Debian's libjxl-tools"),
        arguments: SeededGenerator.seeds(1))
    func jpegXLReadsAsItWasMade(seed: UInt64) throws {
        try PictureOracle("jxl", seed: seed, files: 15).check()
    }

    // Goal: whatever needs rows gets the same pixels in strips as in one piece, and a work is
    // learned from each kind.
    @Test func rowsAreThoseOfTheWhole() throws {
        for (kind, files) in [("photoshop", 60), ("tiff", 67), ("archive", 8), ("clip", 2)] {
            guard kind != "tiff" || OptionalLibrary.libtiff.isBuiltIn,
                kind != "archive" || OptionalLibrary.libzip.isBuiltIn
            else { continue }
            for (name, file) in try PictureOracle(kind, seed: 7, files: files).files() {
                let whole = try Picture.decode(file).0
                let survey = try PictureSurvey(of: file, stripBytes: 5 * 37 * 4)
                #expect(survey.pixelHash == whole.pixelHash, "\(name)")
                #expect(name.hasSuffix(survey.format.rawValue), "\(name)")
            }
        }
    }
}
