import CPNG

extension Picture {
    /// Writes the picture as a PNG file with an sRGB chunk.
    ///
    /// Opaque pictures are written without an alpha channel. The same pixels give the same file
    /// on one machine; another release of zlib may pack them otherwise.
    ///
    /// - Returns: The whole file.
    /// - Throws: ``PictureError/notWritten(reason:)`` if libpng refuses.
    public func encodedPNG() throws(PictureError) -> [UInt8] {
        let isOpaque = isOpaque
        let channels = isOpaque ? 3 : 4
        let data = isOpaque ? opaquePixels : pixels
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(width)
        image.height = png_uint_32(height)
        image.format = isOpaque ? 0x02 : 0x03
        defer { png_image_free(&image) }
        // Deflate adds five bytes per 16 KiB at worst, and one filter byte leads every row.
        let raw = height * (width * channels + 1)
        let bound = raw + raw / 1_000 + 4_096
        var isWritten = false
        let file = [UInt8](unsafeUninitializedCapacity: bound) { buffer, used in
            var size = png_alloc_size_t(bound)
            isWritten = data.withUnsafeBytes { pixels in
                png_image_write_to_memory(
                    &image, buffer.baseAddress, &size, 0, pixels.baseAddress, 0, nil) != 0
            }
            used = isWritten ? Int(size) : 0
        }
        guard isWritten else { throw .notWritten(reason: Picture.message(of: image)) }
        return file
    }

    /// libpng's own words, bounded and printable.
    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { text in
            let words = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            return words.isEmpty ? "unknown PNG error" : words
        }
    }

    private var opaquePixels: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, used in
            pixels.withUnsafeBufferPointer { source in
                for pixel in 0..<(width * height) {
                    for channel in 0..<3 {
                        target[pixel * 3 + channel] = source[pixel * 4 + channel]
                    }
                }
            }
            used = width * height * 3
        }
    }
}
