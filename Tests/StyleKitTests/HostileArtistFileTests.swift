import ArtistFiles
import Foundation
import StyleKit
import TestSupport
import Testing

@Suite struct HostileArtistFileTests {
    /// A small file of each kind, by its kind.
    private static func samples(_ picture: Picture) throws -> [(name: String, file: [UInt8])] {
        var files = [
            (
                "psd",
                HandMadePhotoshop.file(
                    width: picture.width, height: picture.height, pixels: picture.pixels,
                    layers: [("hair", [UInt8](repeating: 9, count: picture.width * picture.height))]
                )
            )
        ]
        for (kind, count, wanted) in [
            ("photoshop", 60, ["RGB-8-1-0", "RGB-16-3-1"]),
            ("tiff", 67, ["RGB-tiff_lzw", "made-010-16", "made-101-48", "jpeg"]),
            ("archive", 8, ["krita-RGB"]), ("clip", 2, ["RGB"]),
            ("layers", 10, ["krita", "openraster"]),
        ] {
            let script = kind == "layers" ? "drawing-oracle" : "artist-file-oracle"
            for (name, file) in try PictureOracle(kind, by: script, seed: 3, files: count).files()
            where wanted.contains(where: { name.hasPrefix("\(kind)-\($0).") }) {
                files.append((name, file))
            }
        }
        return files.filter { isRead($0.1) }
    }

    /// Whether this build has the library for a file.
    private static func isRead(_ file: [UInt8]) -> Bool {
        do {
            _ = try Picture.size(of: file)
            return true
        } catch PictureError.missingLibrary {
            return false
        } catch {
            return true
        }
    }

    // Goal: a file cut anywhere is refused or shows the whole picture; it never crashes.
    // Method: a few hundred prefixes of files of every kind, by seed.
    @Test(arguments: SeededGenerator.seeds(2))
    func everyPrefixIsSafe(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let picture = try PaintedWorks.picture(width: 24, height: 20, seed: 3)
        for (name, file) in try Self.samples(picture) {
            let whole = try Picture.decode(file).0
            for _ in 0..<200 {
                let cut = Array(file.prefix(random.below(file.count)))
                _ = HeadLayers(in: cut)
                guard let decoded = try? Picture.decode(cut).0 else { continue }
                #expect(decoded == whole, "\(name), \(cut.count) of \(file.count) bytes")
            }
        }
    }

    // Goal: damaged bytes give an error or a picture of bounded size, never a crash, and rows give
    // what the whole gives.
    // Method: files of every kind with one to four bytes changed, by seed.
    @Test(arguments: SeededGenerator.seeds(3))
    func everyDamageIsSafe(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let picture = try PaintedWorks.picture(width: 24, height: 20, seed: 5)
        for (name, file) in try Self.samples(picture) {
            var (read, refused) = (0, 0)
            for _ in 0..<400 {
                var damaged = file
                for _ in 0..<(1 + random.below(4)) {
                    // Half of them where the headers are.
                    let reach = random.below(2) == 0 ? min(200, file.count) : file.count
                    damaged[random.below(reach)] ^= UInt8(1 + random.below(255))
                }
                _ = HeadLayers(in: damaged)
                guard let size = try? Picture.size(of: damaged), size.width * size.height < 1 << 22,
                    let decoded = try? Picture.decode(damaged).0
                else {
                    refused += 1
                    continue
                }
                read += 1
                let survey = try? PictureSurvey(of: damaged, stripBytes: 400)
                #expect(survey?.pixelHash == decoded.pixelHash, "\(name)")
            }
            #expect(refused > 0, "\(name), seed \(seed): \(read) read")
        }
    }

    // Goal: a size beyond the limits is refused from the header, before pixels are allocated.
    // Method: PSD headers at the limit of a side and one past, and a PSB of 300,000 a side.
    @Test func sizeIsRefusedFromTheHeader() throws {
        for (width, height, big) in [
            (Limits.side + 1, 1, false), (1, Limits.side + 1, false), (300_000, 300_000, true),
        ] {
            let file = Self.header(width: width, height: height, big: big)
            #expect(
                throws: PictureError.tooLarge(
                    width: width, height: height, side: Limits.side, pixels: Limits.pixels)
            ) { try Picture.decode(file) }
        }
        #expect(throws: PictureError.corrupt(reason: "it is truncated")) {
            try Picture.decode(Self.header(width: Limits.side, height: 1, big: false))
        }
    }

    /// A PSD or PSB without its pixels.
    private static func header(width: Int, height: Int, big: Bool, mode: Int = 3) -> [UInt8] {
        var file = Array("8BPS".utf8) + HandMadePhotoshop.number(big ? 2 : 1, 2)
        file += [0, 0, 0, 0, 0, 0] + HandMadePhotoshop.number(4, 2)
        file += HandMadePhotoshop.number(height, 4) + HandMadePhotoshop.number(width, 4)
        file += HandMadePhotoshop.number(8, 2) + HandMadePhotoshop.number(mode, 2)
        return file + [UInt8](repeating: 0, count: big ? 16 : 12) + [0, 0]
    }

    // Goal: what a program can do about it is said: a PSD without its merged picture, and one in
    // other colours.
    @Test func remediesAreTold() throws {
        var file = Self.header(width: 8, height: 8, big: false)
        let version = Array("8BIM".utf8) + HandMadePhotoshop.number(1_057, 2) + [0, 0, 0, 0, 0, 5]
        file.replaceSubrange(30..<34, with: [0, 0, 0, 18] + version + [0, 0, 0, 1, 0, 0])
        let error = try #require(throws: PictureError.self) { try Picture.decode(file) }
        #expect(
            error.description
                == "The picture cannot be read: it was saved without its merged picture. In "
                + "Photoshop's preferences switch on \"Maximize PSD and PSB File Compatibility\" "
                + "and save it again.")
        let lab = try #require(throws: PictureError.self) {
            try Picture.decode(Self.header(width: 8, height: 8, big: false, mode: 9))
        }
        #expect(
            lab.description
                == "The picture cannot be read: it is in Lab colours. Convert it to RGB and save "
                + "it again.")
    }

    // Goal: an archive's tricks are refused: a packed size that lies, a wrong checksum, a picture
    // in a picture, an entry that leads out of the folder.
    @Test(.enabled(if: OptionalLibrary.libzip.isBuiltIn, "this build is without libzip"))
    func archivesTrickNobody() throws {
        let files = try PictureOracle("tricks", by: "drawing-oracle", seed: 1, files: 6).files()
        let reasons: [String: String] = [
            "bomb": "lies about its size", "checksum": "checksum or length is wrong",
            "nested": "is no PNG", "missing": "has no mergedimage.png",
            "entries": "holds more than", "outside": "has no mergedimage.png",
        ]
        for (name, file) in files {
            let key = name.split(separator: "-").last.map { $0.prefix { $0 != "." } } ?? ""
            let reason = try #require(reasons[String(key)])
            let error = try #require(throws: PictureError.self) { try Picture.decode(file) }
            #expect(error.description.contains(reason), "\(name): \(error)")
        }
    }

    // Goal: a hostile database of a Clip Studio file neither runs its views and triggers nor is
    // read for ever.
    // Method: a preview that is an endless view, one that is no PNG, one that is a virtual table,
    // and none.
    @Test func databasesTrickNobody() throws {
        for (name, file) in try PictureOracle(
            "hostile-clip", by: "drawing-oracle", seed: 1, files: 4
        ).files() {
            let error = try #require(throws: PictureError.self) { try Picture.decode(file) }
            #expect(error.description.contains("holds no preview"), "\(name): \(error)")
        }
    }

    // Goal: layers that unfold without end, or lie too deep, are left aside; the picture is read.
    @Test(.enabled(if: OptionalLibrary.libzip.isBuiltIn, "this build is without libzip"))
    func endlessLayersAreLeftAside() throws {
        for (name, file) in try PictureOracle("deep", by: "drawing-oracle", seed: 1, files: 3)
            .files()
        {
            #expect(HeadLayers(in: file) == nil, "\(name)")
            #expect(try Picture.size(of: file).width == 37, "\(name)")
        }
    }
}
