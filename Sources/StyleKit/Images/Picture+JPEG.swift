import CJPEG

extension Picture {
    /// Writes the picture as a baseline JPEG file with full colour resolution.
    ///
    /// JPEG knows no transparency: what is clear becomes white paper. A file without a profile is
    /// sRGB to every program. The same pixels give the same file with one release of the library.
    ///
    /// - Parameter quality: 1 to 100.
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
        // Colours at full resolution: art has hard edges between colours, photographs do not.
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
