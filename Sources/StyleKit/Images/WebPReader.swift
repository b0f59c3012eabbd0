import CWebP

/// Reads still WebP files, lossy and lossless, with and without alpha.
enum WebPReader {
    static func read(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        let file = WebPFile(bytes)
        guard !file.isAnimated else { throw .unsupported(reason: "it is an animation") }
        var width: Int32 = 0
        var height: Int32 = 0
        guard WebPGetInfo(bytes, bytes.count, &width, &height) != 0 else {
            throw .corrupt(reason: "its header is no WebP header")
        }
        let count = try Picture.byteCount(width: Int(width), height: Int(height))
        var isRead = false
        var pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            let decoded = WebPDecodeRGBAInto(
                bytes, bytes.count, buffer.baseAddress, count, width * 4)
            isRead = decoded != nil
            used = isRead ? count : 0
        }
        guard isRead else { throw .corrupt(reason: "its pixels are damaged or cut short") }
        file.profile.flatMap(ColorProfile.init)?
            .convert(&pixels, width: Int(width), kind: .color)
        return Picture(checkedWidth: Int(width), height: Int(height), pixels: pixels)
            .oriented(by: file.orientation)
    }
}
