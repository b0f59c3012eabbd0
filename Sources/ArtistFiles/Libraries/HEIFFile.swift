#if ATELIER_HEIF
    import CHEIF

    /// The primary picture of a HEIC or AVIF file. libheif turns it upright by the file's own
    /// properties; the EXIF orientation counts for nothing in these (ISO/IEC 23008-12, 6.5.10).
    struct HEIFFile: PictureSamples {
        private(set) var layout: SampleLayout
        private let bytes: [UInt8]

        init(_ bytes: [UInt8]) throws(ArtistFileError) {
            self.bytes = bytes
            layout = try bytes.withUnsafeBufferPointer {
                buffer throws(ArtistFileError) -> SampleLayout in
                try HEIFHandle(UnsafeRawBufferPointer(buffer)).layout()
            }
        }

        func withRows<Result>(
            _ body: (any SampleRows) -> Result
        ) throws(ArtistFileError) -> Result {
            try bytes.withUnsafeBufferPointer { buffer throws(ArtistFileError) -> Result in
                let handle = try HEIFHandle(UnsafeRawBufferPointer(buffer))
                let picture = try HEIFPicture(handle, layout)
                return body(picture.rows)
            }
        }
    }

    /// A file that libheif has open, at its primary picture.
    private final class HEIFHandle {
        private let context: OpaquePointer
        let picture: OpaquePointer

        /// - Parameter bytes: The file; the memory must outlive this.
        init(_ bytes: UnsafeRawBufferPointer) throws(ArtistFileError) {
            guard let context = heif_context_alloc() else {
                throw .unsupported("libheif did not start")
            }
            var picture: OpaquePointer?
            var state = heif_context_read_from_memory_without_copy(
                context, bytes.baseAddress, bytes.count, nil)
            if state.code == heif_error_Ok {
                state = heif_context_get_primary_image_handle(context, &picture)
            }
            guard state.code == heif_error_Ok, let picture else {
                let error = HEIFHandle.error(state)
                heif_context_free(context)
                throw error
            }
            self.context = context
            self.picture = picture
        }

        deinit {
            heif_image_handle_release(picture)
            heif_context_free(context)
        }

        func layout() throws(ArtistFileError) -> SampleLayout {
            let width = Int(heif_image_handle_get_width(picture))
            let height = Int(heif_image_handle_get_height(picture))
            try WholeRows.check(width: width, height: height)
            var layout = SampleLayout(width: width, height: height)
            layout.is16Bit = heif_image_handle_get_luma_bits_per_pixel(picture) > 8
            layout.profile = profile
            if heif_context_get_number_of_top_level_images(context) > 1 {
                layout.notes = [.severalPictures]
            }
            return layout
        }

        private var profile: SampleLayout.Profile {
            let count = heif_image_handle_get_raw_color_profile_size(picture)
            if (1...Limits.profileBytes).contains(count) {
                var isRead = false
                let profile = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
                    let state = heif_image_handle_get_raw_color_profile(
                        picture, buffer.baseAddress)
                    isRead = state.code == heif_error_Ok
                    used = isRead ? count : 0
                }
                if isRead { return .icc(profile) }
            }
            var numbers: UnsafeMutablePointer<heif_color_profile_nclx>?
            let state = heif_image_handle_get_nclx_color_profile(picture, &numbers)
            guard state.code == heif_error_Ok, let numbers else { return .none }
            defer { heif_nclx_color_profile_free(numbers) }
            return .codePoints(
                primaries: Int(numbers.pointee.color_primaries.rawValue),
                transfer: Int(numbers.pointee.transfer_characteristics.rawValue))
        }

        static func error(_ state: heif_error) -> ArtistFileError {
            let text = state.message.map { String(cString: $0) } ?? "unknown error"
            switch state.code {
            case heif_error_Unsupported_feature, heif_error_Unsupported_filetype:
                return .unsupported("libheif says: \(text)")
            default:
                return .corrupt(reason: "libheif says: \(text)")
            }
        }
    }

    /// A decoded picture of libheif.
    private final class HEIFPicture {
        private let image: OpaquePointer
        let rows: WholeRows

        init(_ handle: HEIFHandle, _ layout: SampleLayout) throws(ArtistFileError) {
            guard let options = heif_decoding_options_alloc() else {
                throw .unsupported("libheif did not start")
            }
            defer { heif_decoding_options_free(options) }
            options.pointee.strict_decoding = 1
            var decoded: OpaquePointer?
            let state = heif_decode_image(
                handle.picture, &decoded, heif_colorspace_RGB,
                layout.is16Bit
                    ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RGBA, options)
            guard state.code == heif_error_Ok, let decoded else { throw HEIFHandle.error(state) }
            image = decoded
            var stride: Int32 = 0
            let plane = heif_image_get_plane_readonly(
                decoded, heif_channel_interleaved, &stride)
            let width = Int(heif_image_get_width(decoded, heif_channel_interleaved))
            let rowBytes = layout.width * (layout.is16Bit ? 8 : 4)
            guard let plane, width == layout.width, stride >= rowBytes,
                Int(heif_image_get_height(decoded, heif_channel_interleaved)) == layout.height
            else {
                heif_image_release(decoded)
                throw .corrupt(reason: "its headers contradict each other")
            }
            let bits = Int(
                heif_image_get_bits_per_pixel_range(decoded, heif_channel_interleaved))
            let isPremultiplied = heif_image_handle_is_premultiplied_alpha(handle.picture) != 0
            let isDeep = layout.is16Bit
            rows = WholeRows(plane, stride: Int(stride), rowBytes: rowBytes) { row in
                if isDeep {
                    let words = row.assumingMemoryBound(to: UInt16.self)
                    Widening.widen(words, count: layout.width * 4, bits: bits)
                    if isPremultiplied { Widening.divide(words, pixels: layout.width) }
                } else if isPremultiplied {
                    let bytes = row.assumingMemoryBound(to: UInt8.self)
                    Widening.divide(bytes, pixels: layout.width)
                }
            }
        }

        deinit { heif_image_release(image) }
    }

    /// Changes of whole rows.
    private enum Widening {
        /// Samples of fewer bits become samples of 16.
        static func widen(_ row: UnsafeMutablePointer<UInt16>, count: Int, bits: Int) {
            guard (9...15).contains(bits) else { return }
            for index in 0..<count {
                let value = UInt32(UInt16(littleEndian: row[index]))
                row[index] = UInt16(
                    truncatingIfNeeded: value << UInt32(16 - bits) | value >> UInt32(2 * bits - 16))
            }
        }

        /// Colours that were multiplied by alpha become straight.
        static func divide<Sample: FixedWidthInteger & UnsignedInteger>(
            _ row: UnsafeMutablePointer<Sample>, pixels: Int
        ) {
            let full = Int(Sample.max)
            for x in 0..<pixels {
                let alpha = Int(row[x * 4 + 3])
                guard alpha < full else { continue }
                for lane in 0..<3 {
                    let value = Int(row[x * 4 + lane])
                    row[x * 4 + lane] = Sample(
                        truncatingIfNeeded: alpha == 0
                            ? 0 : min(full, (value * full + alpha / 2) / alpha))
                }
            }
        }
    }
#endif
