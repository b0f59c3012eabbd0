/// A lossless WebP file of one red pixel with an embedded profile.
enum ProfiledPixel {
    private static let pixel: [UInt8] = [
        0x2F, 0x00, 0x00, 0x00, 0x00, 0x07, 0x10, 0xFD, 0x8F, 0xFE, 0x07, 0x22, 0xA2, 0xFF, 0x01,
    ]

    static func file(profile: [UInt8]) -> [UInt8] {
        let flags: [UInt8] = [0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let body =
            Array("WEBP".utf8) + chunk("VP8X", flags) + chunk("ICCP", profile)
            + chunk("VP8L", pixel)
        return Array("RIFF".utf8) + little(body.count) + body
    }

    private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        Array(name.utf8) + little(bytes.count) + bytes
            + [UInt8](repeating: 0, count: bytes.count % 2)
    }

    private static func little(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
