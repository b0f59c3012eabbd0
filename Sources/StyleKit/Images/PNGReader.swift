import CPNG

/// Reads PNG files through libpng's simplified interface, which reports errors without jumps.
enum PNGReader {
    /// 8-bit RGBA: the alpha and colour bits of libpng's format.
    private static let rgba: UInt32 = 0x03
    /// 16-bit files without a gamma chunk are sRGB, as every paint program writes them.
    private static let flag16BitIsSRGB: UInt32 = 0x04

    static func read(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        let result: Result<Picture, PictureError> = bytes.withUnsafeBytes { file in
            guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
                return .failure(.corrupt(reason: message(of: image)))
            }
            return Result { () throws(PictureError) in try finish(&image) }
        }
        return try result.get()
    }

    private static func finish(_ image: inout png_image) throws(PictureError) -> Picture {
        let width = Int(image.width)
        let height = Int(image.height)
        let count = try Picture.byteCount(width: width, height: height)
        image.format = rgba
        image.flags |= flag16BitIsSRGB
        var isRead = false
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            isRead = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) != 0
            used = isRead ? count : 0
        }
        guard isRead else { throw .corrupt(reason: message(of: image)) }
        return Picture(checkedWidth: width, height: height, pixels: pixels)
    }

    /// libpng's own words, bounded and printable.
    static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { text in
            let words = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
            return words.isEmpty ? "unknown PNG error" : words
        }
    }
}
