import CPNG

/// Reads PNG files through libpng's simplified interface, which reports errors without jumps.
enum PNGReader {
    /// 8-bit RGBA: the alpha and colour bits of libpng's format.
    private static let rgba: UInt32 = 0x03
    /// 16-bit RGBA. libpng takes 16-bit samples without a gamma for linear, so they come unchanged.
    private static let deepRGBA: UInt32 = 0x07

    static func read(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        let file = try PNGFile(bytes)
        let kind: ChannelKind = file.isGray ? .gray : .color
        let profile = file.profile.flatMap { $0.fits(kind) ? $0 : nil }
        var pixels: [UInt8]
        if file.depth == 16 {
            // libpng 1.6.39 gets every other row wrong when it makes 8 bits of interlaced 16.
            let deep = straight(try decode(file, format: deepRGBA, filledWith: UInt16(0)))
            pixels =
                profile?.converted(deep, width: file.width, kind: kind)
                ?? deep.map { UInt8((UInt32($0) * 255 + 32_895) >> 16) }
        } else {
            pixels = try decode(file, format: rgba, filledWith: UInt8(0))
            profile?.convert(&pixels, width: file.width, kind: kind)
        }
        return Picture(checkedWidth: file.width, height: file.height, pixels: pixels)
            .oriented(by: file.orientation)
    }

    private static func decode<Sample: FixedWidthInteger>(
        _ file: PNGFile, format: UInt32, filledWith zero: Sample
    ) throws(PictureError) -> [Sample] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        let result: Result<[Sample], PictureError> = file.pixelFile.withUnsafeBytes { bytes in
            guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0,
                Int(image.width) == file.width, Int(image.height) == file.height
            else { return .failure(.corrupt(reason: message(of: image))) }
            image.format = format
            let count = file.width * file.height * 4
            var isRead = false
            let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, used in
                isRead = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) != 0
                used = isRead ? count : 0
            }
            return isRead ? .success(samples) : .failure(.corrupt(reason: message(of: image)))
        }
        return try result.get()
    }

    /// libpng multiplies 16-bit colour by alpha; profiles speak of colour alone.
    private static func straight(_ samples: [UInt16]) -> [UInt16] {
        var result = samples
        result.withUnsafeMutableBufferPointer { buffer in
            for base in stride(from: 0, to: buffer.count, by: 4) {
                let alpha = UInt32(buffer[base + 3])
                guard alpha > 0, alpha < 65_535 else { continue }
                for lane in 0..<3 {
                    let value = (UInt32(buffer[base + lane]) * 65_535 + alpha / 2) / alpha
                    buffer[base + lane] = UInt16(min(65_535, value))
                }
            }
        }
        return result
    }

    /// libpng's own words, bounded and printable.
    static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { text in
            let words = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            return words.isEmpty ? "unknown PNG error" : words
        }
    }
}
