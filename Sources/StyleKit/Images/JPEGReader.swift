import CJPEG

/// Reads JPEG files through the TurboJPEG interface, which reports errors by return code.
enum JPEGReader {
    private struct Decoded {
        let width: Int
        let height: Int
        let kind: ChannelKind
        var pixels: [UInt8]
    }

    static func read(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        let file = JPEGFile(bytes)
        guard !file.isRare else { throw .unsupported(reason: "it is a lossless JPEG") }
        if let precision = file.precision, precision != 8 {
            throw .unsupported(reason: "it is a JPEG of \(precision) bits a channel")
        }
        guard let handle = tjInitDecompress() else {
            throw .unsupported(reason: "the JPEG decoder did not start")
        }
        defer { tjDestroy(handle) }
        let result: Result<Decoded, PictureError> = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(PictureError) in
                try decode(buffer, isByAdobe: file.isByAdobe, with: handle)
            }
        }
        var decoded = try result.get()
        let profile = file.profile.flatMap(ColorProfile.init)
        let isConverted =
            profile?.convert(&decoded.pixels, width: decoded.width, kind: decoded.kind) ?? false
        if !isConverted, decoded.kind == .ink || decoded.kind == .invertedInk {
            convertInk(&decoded.pixels, isInverted: decoded.kind == .invertedInk)
        }
        return Picture(
            checkedWidth: decoded.width, height: decoded.height, pixels: decoded.pixels
        ).oriented(by: file.orientation)
    }

    private static func decode(
        _ file: UnsafeBufferPointer<UInt8>, isByAdobe: Bool, with handle: tjhandle
    ) throws(PictureError) -> Decoded {
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
        let isGray = colorSpace == TJCS_GRAY.rawValue
        let format = isInk ? TJPF_CMYK.rawValue : TJPF_RGBA.rawValue
        // A warning means missing or wrong data; a file with thousands of scans is an attack.
        let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
        var isRead = false
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            isRead =
                tjDecompress2(
                    handle, file.baseAddress, UInt(file.count), buffer.baseAddress, width, 0,
                    height, Int32(format), flags) == 0
            used = isRead ? count : 0
        }
        guard isRead else { throw .corrupt(reason: message(of: handle)) }
        let ink: ChannelKind = isByAdobe ? .invertedInk : .ink
        return Decoded(
            width: Int(width), height: Int(height), kind: isInk ? ink : isGray ? .gray : .color,
            pixels: pixels)
    }

    /// Inks without a profile: each takes its share of the light that black lets through.
    private static func convertInk(_ pixels: inout [UInt8], isInverted: Bool) {
        let flip: UInt8 = isInverted ? 0 : 255
        pixels.withUnsafeMutableBufferPointer { buffer in
            for base in stride(from: 0, to: buffer.count, by: 4) {
                let black = Int(buffer[base + 3] ^ flip)
                for channel in 0..<3 {
                    let light = Int(buffer[base + channel] ^ flip)
                    buffer[base + channel] = UInt8((light * black + 127) / 255)
                }
                buffer[base + 3] = 255
            }
        }
    }

    private static func message(of handle: tjhandle) -> String {
        guard let text = tjGetErrorStr2(handle) else { return "unknown JPEG error" }
        return String(cString: text)
    }
}
