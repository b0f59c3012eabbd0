import CJPEG

/// Reads JPEG files through the TurboJPEG interface, which reports errors by return code.
enum JPEGReader {
    static func read(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        guard let handle = tjInitDecompress() else {
            throw .unsupported(reason: "the JPEG decoder did not start")
        }
        defer { tjDestroy(handle) }
        let result: Result<Picture, PictureError> = bytes.withUnsafeBufferPointer { file in
            Result { () throws(PictureError) in try read(file, with: handle) }
        }
        return try result.get().oriented(by: JPEGOrientation.read(from: bytes))
    }

    private static func read(
        _ file: UnsafeBufferPointer<UInt8>, with handle: tjhandle
    ) throws(PictureError) -> Picture {
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colorSpace: Int32 = 0
        guard
            tjDecompressHeader3(
                handle, file.baseAddress, UInt(file.count), &width, &height, &subsampling,
                &colorSpace) == 0
        else { throw .corrupt(reason: message(of: handle)) }
        let count = try Picture.byteCount(width: Int(width), height: Int(height))
        let isInk = colorSpace == TJCS_CMYK.rawValue || colorSpace == TJCS_YCCK.rawValue
        let format = isInk ? TJPF_CMYK.rawValue : TJPF_RGBA.rawValue
        // A warning means missing or wrong data; a file with thousands of scans is an attack.
        let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
        var isRead = false
        var pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            isRead =
                tjDecompress2(
                    handle, file.baseAddress, UInt(file.count), buffer.baseAddress, width, 0,
                    height, Int32(format), flags) == 0
            used = isRead ? count : 0
        }
        guard isRead else { throw .corrupt(reason: message(of: handle)) }
        if isInk { convertInk(&pixels) }
        return Picture(checkedWidth: Int(width), height: Int(height), pixels: pixels)
    }

    /// Inks are stored inverted, as every program since Photoshop writes them.
    private static func convertInk(_ pixels: inout [UInt8]) {
        for base in stride(from: 0, to: pixels.count, by: 4) {
            let black = Int(pixels[base + 3])
            for channel in 0..<3 {
                pixels[base + channel] = UInt8(Int(pixels[base + channel]) * black / 255)
            }
            pixels[base + 3] = 255
        }
    }

    private static func message(of handle: tjhandle) -> String {
        guard let text = tjGetErrorStr2(handle) else { return "unknown JPEG error" }
        return String(cString: text)
    }
}
