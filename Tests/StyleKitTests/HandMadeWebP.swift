import CWebP
import StyleKit

/// WebP files made with the encoder of the library that reads them, and by hand around it.
enum HandMadeWebP {
    struct Failed: Error {}

    static func file(_ picture: Picture) throws -> [UInt8] {
        var output: UnsafeMutablePointer<UInt8>?
        let size = WebPEncodeLosslessRGBA(
            picture.pixels, Int32(picture.width), Int32(picture.height), Int32(picture.width) * 4,
            &output)
        guard size > 0, let output else { throw Failed() }
        defer { WebPFree(output) }
        return Array(UnsafeBufferPointer(start: output, count: size))
    }

    /// A file of these chunks; a plain file's own chunks come after the first twelve bytes.
    static func file(chunks: [(String, [UInt8])]) -> [UInt8] {
        let body = chunks.flatMap { name, bytes in
            Array(name.utf8) + little(bytes.count) + bytes
                + [UInt8](repeating: 0, count: bytes.count % 2)
        }
        return Array("RIFF".utf8) + little(body.count + 4) + Array("WEBP".utf8) + body
    }

    /// A lossless header alone that claims a size; 14 bits a side.
    static func header(width: Int, height: Int) -> [UInt8] {
        let bits = (width - 1) | (height - 1) << 14
        let body = [0x2F] + little(bits) + [UInt8](repeating: 0, count: 8)
        return file(chunks: [("VP8L", body)])
    }

    private static func little(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
