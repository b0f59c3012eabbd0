import CWebP

extension Picture {
    /// Writes the picture as a lossy WebP file; transparency is kept without loss.
    ///
    /// The same pixels give the same file with one release of the library.
    ///
    /// - Parameter quality: 0 to 100.
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
            throw .notWritten(reason: "the WebP library is another than this program was made for")
        }
        config.quality = Float(min(max(quality, 0), 100))
        // Halved colour resolution is part of the format; this keeps thin coloured lines apart.
        config.use_sharp_yuv = 1
        picture.use_argb = 1
        picture.width = Int32(width)
        picture.height = Int32(height)
        defer { WebPPictureFree(&picture) }
        var writer = WebPMemoryWriter()
        WebPMemoryWriterInit(&writer)
        defer { WebPMemoryWriterClear(&writer) }
        guard WebPPictureImportRGBA(&picture, pixels, Int32(width) * 4) != 0 else {
            throw .notWritten(reason: "there is too little memory")
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
