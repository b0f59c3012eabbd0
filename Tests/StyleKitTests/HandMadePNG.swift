/// PNG files written by hand, so that every kind can be tried: stored, not deflated.
enum HandMadePNG {
    /// - Parameters:
    ///   - kind: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA.
    ///   - rows: Every row's bytes without its filter byte.
    static func file(
        width: Int, height: Int, depth: UInt8, kind: UInt8, rows: [[UInt8]],
        extra: [(String, [UInt8])] = []
    ) -> [UInt8] {
        self.file(
            width: width, height: height, depth: depth, kind: kind,
            packed: stored(rows.flatMap { [0] + $0 }), extra: extra)
    }

    /// - Parameter lines: Every row's bytes with its filter byte, of all passes if interlaced.
    static func file(
        width: Int, height: Int, depth: UInt8, kind: UInt8, lines: [UInt8],
        isInterlaced: Bool = false, extra: [(String, [UInt8])] = []
    ) -> [UInt8] {
        file(
            width: width, height: height, depth: depth, kind: kind, packed: stored(lines),
            isInterlaced: isInterlaced, extra: extra)
    }

    private static func file(
        width: Int, height: Int, depth: UInt8, kind: UInt8, packed: [UInt8],
        isInterlaced: Bool = false, extra: [(String, [UInt8])]
    ) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += chunk("IHDR", big(width) + big(height) + [depth, kind, 0, 0, isInterlaced ? 1 : 0])
        for (name, bytes) in extra { file += chunk(name, bytes) }
        // In two parts, as programs do.
        file += chunk("IDAT", Array(packed.prefix(packed.count / 2)))
        file += chunk("IDAT", Array(packed.dropFirst(packed.count / 2)))
        return file + chunk("IEND", [])
    }

    /// A header alone: what a size limit must be told from.
    static func header(width: Int, height: Int) -> [UInt8] {
        file(width: width, height: height, depth: 8, kind: 6, rows: [])
    }

    static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + bytes
        return big(bytes.count) + body + big(Int(checksum(body)))
    }

    private static func big(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// A zlib stream with one stored block; up to 65,535 bytes.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        let length = [UInt8(count & 255), UInt8(count >> 8)]
        let head: [UInt8] = [0x78, 0x01, 0x01] + length + length.map { ~$0 }
        var low = 1
        var high = 0
        for byte in bytes {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return head + bytes + big(high << 16 | low)
    }

    /// The body of a chunk that holds a profile.
    static func packed(_ profile: [UInt8]) -> [UInt8] {
        Array("p".utf8) + [0, 0] + stored(profile)
    }

    /// A zlib stream of many zeros, about a thousandth of their number; its checksum is wrong.
    static func deflatedZeros(_ count: Int) -> [UInt8] {
        // A fixed block: a literal 0 (8 bits), then copies of 258 from one back (8 + 5 bits).
        var bits: [UInt8] = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
        for _ in 0...(count / 258) { bits += [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] }
        bits += [UInt8](repeating: 0, count: 7 + (8 - (bits.count + 7) % 8) % 8)
        let body = stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { $0 | bits[start + $1] << $1 }
        }
        return [0x78, 0x01] + body + [0, 0, 0, 0]
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 {
                let isOdd = sum & 1 == 1
                sum >>= 1
                if isOdd { sum ^= 0xEDB8_8320 }
            }
        }
        return ~sum
    }
}
