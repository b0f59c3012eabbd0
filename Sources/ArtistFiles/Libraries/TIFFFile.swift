#if ATELIER_TIFF
    import CTIFF

    /// The first picture of a TIFF file, classic or big, in strips or tiles.
    ///
    /// - Note: *TIFF Revision 6.0*, Adobe, 1992; Photoshop's technical notes of 2002 for deflate.
    struct TIFFFile: PictureSamples {
        private(set) var layout: SampleLayout
        private let form: TIFFForm
        private let bytes: [UInt8]

        init(_ bytes: [UInt8]) throws(ArtistFileError) {
            self.bytes = bytes
            (form, layout) = try bytes.withUnsafeBufferPointer {
                buffer throws(ArtistFileError) -> (TIFFForm, SampleLayout) in
                let handle = try TIFFHandle(buffer)
                let form = try TIFFForm(handle)
                return (form, form.layout(handle))
            }
        }

        func withRows<Result>(
            _ body: (any SampleRows) -> Result
        ) throws(ArtistFileError) -> Result {
            try bytes.withUnsafeBufferPointer { buffer throws(ArtistFileError) -> Result in
                body(try TIFFRows(form, buffer))
            }
        }
    }

    /// How the samples of a TIFF are stored.
    struct TIFFForm: Sendable {
        /// What the samples of a pixel are.
        enum Model: Sendable, Equatable {
            case grayFromWhite
            case grayFromBlack
            case color
            case palette([SIMD4<UInt8>])
            case inks
        }

        /// What the sample behind the colours is.
        enum Alpha: Sendable { case none, premultiplied, straight }

        let width: Int
        let height: Int
        /// 1, 2, 4, 8 or 16.
        let bits: Int
        /// All samples of a pixel in the file.
        let samples: Int
        let model: Model
        let alpha: Alpha
        /// Whether each sample has a plane of its own.
        let isPlanar: Bool
        /// The size of a tile; nil for strips.
        let tile: (width: Int, height: Int)?

        /// Those that are read: none, CCITT, LZW, JPEG, deflate, PackBits.
        private static let packings = [1, 2, 3, 4, 5, 7, 8, 32_773, 32_946]
        private static let jpeg = 7

        init(_ file: TIFFHandle) throws(ArtistFileError) {
            let packing = file.short(TIFFTAG_COMPRESSION)
            let bits = file.short(TIFFTAG_BITSPERSAMPLE)
            let samples = file.short(TIFFTAG_SAMPLESPERPIXEL)
            let format = file.short(TIFFTAG_SAMPLEFORMAT)
            guard let width = file.long(TIFFTAG_IMAGEWIDTH), width > 0,
                let height = file.long(TIFFTAG_IMAGELENGTH), height > 0
            else { throw .corrupt(reason: "its size is missing") }
            if let kind = file.long(TIFFTAG_SUBFILETYPE), kind & 1 == 1 {
                throw .unsupported("its first picture is only a preview, as in camera files")
            }
            guard Self.packings.contains(packing) else {
                throw .unsupported(
                    "it is packed in a way (\(packing)) that is not read",
                    remedy: "Save it without compression or with LZW")
            }
            guard format == Int(SAMPLEFORMAT_UINT), [1, 2, 4, 8, 16].contains(bits) else {
                throw .unsupported(
                    "it has \(bits) bits a sample\(format == 3 ? " with a point" : "")",
                    remedy: "Save it with 8 or 16 bits")
            }
            guard (1...Limits.samples).contains(samples) else {
                throw .corrupt(reason: "its number of samples is damaged")
            }
            if packing == Self.jpeg { atelier_tiff_decode_jpeg_as_rgb(file.handle) }
            model = try Self.model(file, bits: bits, isJPEG: packing == Self.jpeg)
            let colors =
                switch model {
                case .grayFromWhite, .grayFromBlack, .palette: 1
                case .color: 3
                case .inks: 4
                }
            guard samples >= colors else { throw .corrupt(reason: "it has too few samples") }
            var first: Int32 = 0
            let extra = atelier_tiff_extra_samples(file.handle, &first)
            alpha =
                switch (samples > colors && extra > 0, Int(first)) {
                case (true, 1): .premultiplied
                case (true, 2): .straight
                default: .none
                }
            guard bits >= 8 || samples == 1 || alpha == .none else {
                throw .unsupported("it has transparency of \(bits) bits")
            }
            isPlanar = samples > 1 && file.short(TIFFTAG_PLANARCONFIG) == Int(PLANARCONFIG_SEPARATE)
            if TIFFIsTiled(file.file) != 0 {
                guard let across = file.long(TIFFTAG_TILEWIDTH), across > 0,
                    let down = file.long(TIFFTAG_TILELENGTH), down > 0
                else { throw .corrupt(reason: "the size of its tiles is missing") }
                tile = (across, down)
            } else {
                tile = nil
            }
            (self.width, self.height, self.bits, self.samples) = (width, height, bits, samples)
        }

        private static func model(
            _ file: TIFFHandle, bits: Int, isJPEG: Bool
        ) throws(ArtistFileError) -> Model {
            switch file.short(TIFFTAG_PHOTOMETRIC) {
            case Int(PHOTOMETRIC_MINISWHITE): return .grayFromWhite
            case Int(PHOTOMETRIC_MINISBLACK): return .grayFromBlack
            case Int(PHOTOMETRIC_RGB): return .color
            case Int(PHOTOMETRIC_YCBCR) where isJPEG: return .color
            case Int(PHOTOMETRIC_PALETTE) where bits <= 8:
                guard let palette = file.palette(entries: 1 << bits) else {
                    throw .corrupt(reason: "its palette is missing")
                }
                return .palette(palette)
            case Int(PHOTOMETRIC_SEPARATED) where bits >= 8: return .inks
            case let other:
                throw .unsupported(
                    "its colours are stored in a way (\(other)) that is not read",
                    remedy: "Convert it to RGB and save it again")
            }
        }

        fileprivate func layout(_ file: TIFFHandle) -> SampleLayout {
            var layout = SampleLayout(width: width, height: height)
            let turned = file.short(TIFFTAG_ORIENTATION)
            layout.orientation = (1...8).contains(turned) ? turned : 1
            layout.channels =
                switch model {
                case .grayFromWhite, .grayFromBlack: .gray
                case .color, .palette: .color
                case .inks: .invertedInks
                }
            layout.is16Bit = bits == 16 && model != .inks
            if let profile = file.profile { layout.profile = .icc(profile) }
            if TIFFLastDirectory(file.file) == 0 { layout.notes = [.severalPictures] }
            return layout
        }

        /// The first samples of a pixel that matter: its colours, and its transparency.
        var usedSamples: Int {
            let colors =
                switch model {
                case .grayFromWhite, .grayFromBlack, .palette: 1
                case .color: 3
                case .inks: 4
                }
            return colors + (alpha == .none ? 0 : 1)
        }
    }

    /// A TIFF that libtiff has open.
    final class TIFFHandle {
        let handle: UnsafeMutablePointer<atelier_tiff>

        /// - Parameter bytes: The file; the memory must outlive this.
        init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ArtistFileError) {
            let opened = atelier_tiff_open(
                bytes.baseAddress, bytes.count, tmsize_t(Limits.tiffBlockBytes))
            guard let opened else { throw .unsupported("libtiff did not start") }
            handle = opened
            guard opened.pointee.file != nil else { throw damage }
        }

        deinit { atelier_tiff_close(handle) }

        var file: OpaquePointer? { handle.pointee.file }

        /// What libtiff said first.
        var damage: ArtistFileError {
            let text = withUnsafeBytes(of: handle.pointee.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            return .corrupt(reason: text.isEmpty ? "its rows are damaged" : "libtiff says: \(text)")
        }

        func short(_ tag: Int32) -> Int { Int(atelier_tiff_short(handle, UInt32(tag))) }

        func long(_ tag: Int32) -> Int? {
            let value = atelier_tiff_long(handle, UInt32(tag))
            return value < 0 ? nil : Int(value)
        }

        /// The embedded ICC profile, if it is not too large.
        var profile: [UInt8]? {
            var count: UInt32 = 0
            guard let start = atelier_tiff_profile(handle, &count),
                (1...Limits.profileBytes).contains(Int(count))
            else { return nil }
            return Array(UnsafeBufferPointer(start: start, count: Int(count)))
        }

        func palette(entries: Int) -> [SIMD4<UInt8>]? {
            var red: UnsafeMutablePointer<UInt16>?
            var green: UnsafeMutablePointer<UInt16>?
            var blue: UnsafeMutablePointer<UInt16>?
            guard atelier_tiff_palette(handle, &red, &green, &blue) != 0, let red, let green,
                let blue
            else { return nil }
            // Old programs wrote 8 bits instead of 16.
            let isOld = (0..<entries).allSatisfy { max(red[$0], green[$0], blue[$0]) < 256 }
            func level(_ value: UInt16) -> UInt8 {
                // Writers multiply by 256 or by 257.
                UInt8(truncatingIfNeeded: isOld ? value : value >> 8)
            }
            return (0..<entries).map {
                SIMD4(level(red[$0]), level(green[$0]), level(blue[$0]), 255)
            }
        }

        /// Reads a row of a strip: of all samples, or of one plane.
        func readRow(
            _ row: Int, plane: Int, into target: UnsafeMutableRawPointer
        ) throws(ArtistFileError) {
            let state = TIFFReadScanline(file, target, UInt32(row), UInt16(plane))
            // A warning here is about pixels: libtiff would go on with some of them missing.
            guard state == 1, handle.pointee.has_warned == 0 else { throw damage }
        }

        /// Reads a tile, of all samples or of one plane.
        func readTile(
            x: Int, y: Int, plane: Int, into target: UnsafeMutableRawPointer, count: Int
        ) throws(ArtistFileError) {
            let tile = TIFFComputeTile(file, UInt32(x), UInt32(y), 0, UInt16(plane))
            let read = TIFFReadEncodedTile(file, tile, target, tmsize_t(count))
            guard Int(read) == count, handle.pointee.has_warned == 0 else { throw damage }
        }

        /// Forgets the warnings about the directory.
        func beginPixels() { handle.pointee.has_warned = 0 }
    }
#endif
