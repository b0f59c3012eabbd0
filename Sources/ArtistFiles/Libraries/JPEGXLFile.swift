#if ATELIER_JXL
    import CJXL

    /// The first frame of a JPEG XL file. libjxl turns it upright.
    struct JPEGXLFile: PictureSamples {
        private(set) var layout: SampleLayout
        private let bytes: [UInt8]

        init(_ bytes: [UInt8]) throws(ArtistFileError) {
            self.bytes = bytes
            layout = try bytes.withUnsafeBufferPointer {
                buffer throws(ArtistFileError) -> SampleLayout in
                let decoder = try JPEGXLDecoder(buffer)
                try decoder.readHeader()
                return decoder.layout
            }
        }

        func withRows<Result>(
            _ body: (any SampleRows) -> Result
        ) throws(ArtistFileError) -> Result {
            try bytes.withUnsafeBufferPointer { buffer throws(ArtistFileError) -> Result in
                let decoder = try JPEGXLDecoder(buffer)
                try decoder.readHeader()
                return body(try decoder.rows())
            }
        }
    }

    /// A file that libjxl has open.
    private final class JPEGXLDecoder {
        private let handle: OpaquePointer
        private var pixels: UnsafeMutableRawPointer?
        private(set) var layout = SampleLayout(width: 0, height: 0)
        /// The transfer functions whose light 8-bit sRGB cannot hold.
        private static let wideTransfers = [
            JXL_TRANSFER_FUNCTION_PQ, JXL_TRANSFER_FUNCTION_HLG,
        ]

        /// - Parameter bytes: The file; the memory must outlive this.
        init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ArtistFileError) {
            guard let handle = JxlDecoderCreate(nil) else {
                throw .unsupported("libjxl did not start")
            }
            self.handle = handle
            let events =
                JXL_DEC_BASIC_INFO.rawValue | JXL_DEC_COLOR_ENCODING.rawValue
                | JXL_DEC_FULL_IMAGE.rawValue
            guard JxlDecoderSubscribeEvents(handle, Int32(events)) == JXL_DEC_SUCCESS,
                JxlDecoderSetUnpremultiplyAlpha(handle, 1) == JXL_DEC_SUCCESS,
                JxlDecoderSetInput(handle, bytes.baseAddress, bytes.count) == JXL_DEC_SUCCESS
            else { throw .unsupported("libjxl did not start") }
            JxlDecoderCloseInput(handle)
        }

        deinit {
            JxlDecoderDestroy(handle)
            pixels?.deallocate()
        }

        /// Reads up to the colours.
        func readHeader() throws(ArtistFileError) {
            var info = JxlBasicInfo()
            guard JxlDecoderProcessInput(handle) == JXL_DEC_BASIC_INFO,
                JxlDecoderGetBasicInfo(handle, &info) == JXL_DEC_SUCCESS
            else { throw .corrupt(reason: "its header is damaged") }
            // The orientation is applied by the decoder; the header's size is that before.
            let isTurned = info.orientation.rawValue >= 5
            layout.width = Int(isTurned ? info.ysize : info.xsize)
            layout.height = Int(isTurned ? info.xsize : info.ysize)
            try WholeRows.check(width: layout.width, height: layout.height)
            layout.is16Bit = info.bits_per_sample > 8
            layout.channels = info.num_color_channels == 1 ? .gray : .color
            if info.have_animation != 0 { layout.notes = [.animation] }
            for index in 0..<Int(info.num_extra_channels) {
                var channel = JxlExtraChannelInfo()
                guard JxlDecoderGetExtraChannelInfo(handle, index, &channel) == JXL_DEC_SUCCESS
                else { throw .corrupt(reason: "its header is damaged") }
                if channel.type == JXL_CHANNEL_BLACK {
                    throw .unsupported("it is in CMYK", remedy: "Convert it to RGB")
                }
            }
            guard JxlDecoderProcessInput(handle) == JXL_DEC_COLOR_ENCODING else {
                throw .corrupt(reason: "its colours are damaged")
            }
            try readColors()
        }

        private func readColors() throws(ArtistFileError) {
            var target = JxlColorEncoding()
            target.color_space =
                layout.channels == .gray ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB
            target.white_point = JXL_WHITE_POINT_D65
            target.primaries = JXL_PRIMARIES_SRGB
            target.transfer_function = JXL_TRANSFER_FUNCTION_SRGB
            target.rendering_intent = JXL_RENDERING_INTENT_PERCEPTUAL
            var encoding = JxlColorEncoding()
            if atelier_jxl_encoding(handle, &encoding) == JXL_DEC_SUCCESS,
                Self.wideTransfers.contains(where: { $0 == encoding.transfer_function })
            {
                throw .unsupported(
                    "its colours are stored as HDR light, beyond what sRGB holds")
            }
            // What libjxl can convert itself, it does; the rest comes as its profile says.
            _ = JxlDecoderSetPreferredColorProfile(handle, &target)
            var count = 0
            guard atelier_jxl_profile_size(handle, &count) == JXL_DEC_SUCCESS,
                (1...Limits.profileBytes).contains(count)
            else { return }
            var isRead = false
            let profile = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
                isRead = atelier_jxl_profile(handle, buffer.baseAddress, count) == JXL_DEC_SUCCESS
                used = isRead ? count : 0
            }
            if isRead { layout.profile = .icc(profile) }
        }

        /// Decodes the whole picture.
        func rows() throws(ArtistFileError) -> any SampleRows {
            let isGray = layout.channels == .gray
            let sampleBytes = layout.is16Bit ? 2 : 1
            var format = JxlPixelFormat(
                num_channels: isGray ? 2 : 4,
                data_type: layout.is16Bit ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8,
                endianness: JXL_NATIVE_ENDIAN, align: 0)
            let rowBytes = layout.width * sampleBytes * Int(format.num_channels)
            var count = 0
            guard JxlDecoderProcessInput(handle) == JXL_DEC_NEED_IMAGE_OUT_BUFFER,
                JxlDecoderImageOutBufferSize(handle, &format, &count) == JXL_DEC_SUCCESS,
                count == rowBytes * layout.height
            else { throw .corrupt(reason: "its picture is missing or truncated") }
            let pixels = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
            self.pixels = pixels
            guard JxlDecoderSetImageOutBuffer(handle, &format, pixels, count) == JXL_DEC_SUCCESS,
                JxlDecoderProcessInput(handle) == JXL_DEC_FULL_IMAGE
            else { throw .corrupt(reason: "its pixels are damaged or truncated") }
            let width = layout.width
            let isDeep = layout.is16Bit
            return WholeRows(pixels, stride: rowBytes, rowBytes: rowBytes) { row in
                guard isGray else { return }
                if isDeep {
                    Self.spread(row.assumingMemoryBound(to: UInt16.self), width)
                } else {
                    Self.spread(row.assumingMemoryBound(to: UInt8.self), width)
                }
            }
        }

        /// Grey and alpha become three times grey, and alpha; from the end, in place.
        private static func spread<Sample>(_ row: UnsafeMutablePointer<Sample>, _ width: Int) {
            for x in stride(from: width - 1, through: 0, by: -1) {
                let (gray, alpha) = (row[x * 2], row[x * 2 + 1])
                (row[x * 4], row[x * 4 + 1], row[x * 4 + 2]) = (gray, gray, gray)
                row[x * 4 + 3] = alpha
            }
        }
    }
#endif
