import CJPEG
import CPNG
import CWebP

extension Picture {
    /// Encodes the picture in this format, at the quality in ``Limits``.
    ///
    /// - Returns: The whole file.
    /// - Throws: ``PictureError/notWritten(reason:)``.
    public func encoded(as format: OutputFormat) throws(PictureError) -> [UInt8] {
        switch format {
        case .png: try encodedPNG()
        case .jpeg: try encodedJPEG()
        case .webp: try encodedWebP()
        }
    }
}

extension Picture {
    /// Encodes the picture as a PNG file with an sRGB chunk.
    ///
    /// Opaque pictures have no alpha channel. The same pixels give the same file with one release
    /// of zlib.
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

    /// libpng's message, of bounded length.
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

extension Picture {
    /// Encodes the picture as a baseline JPEG file with full chroma resolution (4:4:4).
    ///
    /// Transparent pixels are composited on white. There is no embedded profile, which means sRGB.
    /// The same pixels give the same file with one release of libjpeg-turbo.
    ///
    /// - Parameter quality: 1 to 100, clamped.
    /// - Returns: The whole file.
    /// - Throws: ``PictureError/notWritten(reason:)``.
    public func encodedJPEG(
        quality: Int = Limits.jpegQuality
    ) throws(PictureError) -> [UInt8] {
        guard let handle = tjInitCompress() else {
            throw .notWritten(reason: "the JPEG encoder did not start")
        }
        defer { tjDestroy(handle) }
        let opaque = isOpaque ? pixels : Canvas(self).onWhite.picture.pixels
        var output: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        // Art has hard edges between colours, which subsampled chroma blurs.
        let code = opaque.withUnsafeBufferPointer { source in
            tjCompress2(
                handle, source.baseAddress, Int32(width), 0, Int32(height),
                Int32(TJPF_RGBX.rawValue), &output, &size, Int32(TJSAMP_444.rawValue),
                Int32(min(max(quality, 1), 100)), TJFLAG_ACCURATEDCT)
        }
        defer { tjFree(output) }
        guard code == 0, let output else {
            throw .notWritten(reason: String(cString: tjGetErrorStr2(handle)))
        }
        return Array(UnsafeBufferPointer(start: output, count: Int(size)))
    }
}

extension Picture {
    /// Encodes the picture as a lossy WebP file; alpha is lossless.
    ///
    /// The same pixels give the same file with one release of libwebp.
    ///
    /// - Parameter quality: 0 to 100, clamped.
    /// - Returns: The whole file.
    /// - Throws: ``PictureError/notWritten(reason:)``; WebP holds at most 16,383 pixels a side.
    public func encodedWebP(
        quality: Int = Limits.webPQuality
    ) throws(PictureError) -> [UInt8] {
        let side = Int(WEBP_MAX_DIMENSION)
        guard width <= side, height <= side else {
            throw .notWritten(reason: "WebP holds at most \(side) pixels a side")
        }
        var config = WebPConfig()
        var picture = WebPPicture()
        guard WebPConfigInit(&config) != 0, WebPPictureInit(&picture) != 0 else {
            throw .notWritten(reason: "the installed libwebp has an incompatible version")
        }
        config.quality = Float(min(max(quality, 0), 100))
        // Lossy WebP subsamples chroma; the sharp conversion keeps thin coloured lines apart.
        config.use_sharp_yuv = 1
        picture.use_argb = 1
        picture.width = Int32(width)
        picture.height = Int32(height)
        defer { WebPPictureFree(&picture) }
        var writer = WebPMemoryWriter()
        WebPMemoryWriterInit(&writer)
        defer { WebPMemoryWriterClear(&writer) }
        guard WebPPictureImportRGBA(&picture, pixels, Int32(width) * 4) != 0 else {
            throw .notWritten(reason: "there is not enough memory")
        }
        let isWritten = withUnsafeMutablePointer(to: &writer) { target in
            picture.writer = WebPMemoryWrite
            picture.custom_ptr = UnsafeMutableRawPointer(target)
            return WebPEncode(&config, &picture) != 0
        }
        guard isWritten, let bytes = writer.mem else {
            throw .notWritten(reason: "WebP error \(picture.error_code.rawValue)")
        }
        return Array(UnsafeBufferPointer(start: bytes, count: writer.size))
    }
}
