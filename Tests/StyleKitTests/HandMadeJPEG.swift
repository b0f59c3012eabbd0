import CJPEG
import StyleKit

/// JPEG files made with the encoder of the library that reads them.
enum HandMadeJPEG {
    struct Failed: Error {}

    static func file(
        _ picture: Picture, quality: Int32 = 95, isProgressive: Bool = false,
        isGray: Bool = false
    ) throws -> [UInt8] {
        let sampling = isGray ? TJSAMP_GRAY : TJSAMP_444
        guard let handle = tjInitCompress() else { throw Failed() }
        defer { tjDestroy(handle) }
        var output: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        let code = picture.pixels.withUnsafeBufferPointer { pixels in
            tjCompress2(
                handle, pixels.baseAddress, Int32(picture.width), 0, Int32(picture.height),
                Int32(TJPF_RGBA.rawValue), &output, &size, Int32(sampling.rawValue), quality,
                isProgressive ? TJFLAG_PROGRESSIVE : 0)
        }
        guard code == 0, let output else { throw Failed() }
        defer { tjFree(output) }
        return Array(UnsafeBufferPointer(start: output, count: Int(size)))
    }

    /// Puts an EXIF segment with an orientation behind the start marker.
    static func file(_ picture: Picture, orientation: UInt8) throws -> [UInt8] {
        let tiff: [UInt8] = [
            0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0,
            0, 0, 0, 0, 0,
        ]
        let body = [0x45, 0x78, 0x69, 0x66, 0, 0] + tiff
        let plain = try file(picture)
        return Array(plain.prefix(2)) + [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
            + Array(plain.dropFirst(2))
    }
}
