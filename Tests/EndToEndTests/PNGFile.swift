/// Makes small PNG files without the libraries under test.
struct PNGFile {
    private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A picture of `width` by `height` with 8 bits of red, green and blue for each pixel.
    init(width: Int, height: Int, color: (_ x: Int, _ y: Int) -> [UInt8]) {
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)
            for x in 0..<width { rows += color(x, y) }
        }
        append("IHDR", Self.header(width, height))
        append("IDAT", Self.stored(rows))
        append("IEND", [])
    }

    /// A picture of straight RGBA bytes.
    init(width: Int, height: Int, pixels: [UInt8]) {
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)
            rows += pixels[(y * width * 4)..<((y + 1) * width * 4)]
        }
        append("IHDR", Self.header(width, height, kind: 6))
        append("IDAT", Self.stored(rows))
        append("IEND", [])
    }

    /// A file that promises a size, checksum and all, and holds a single byte.
    init(promisingWidth width: Int, height: Int) {
        append("IHDR", Self.header(width, height))
        append("IDAT", Self.stored([0]))
        append("IEND", [])
    }

    /// - Parameter kind: 2 for red, green and blue, 6 with alpha.
    private static func header(_ width: Int, _ height: Int, kind: UInt8 = 2) -> [UInt8] {
        big(UInt32(width)) + big(UInt32(height)) + [8, kind, 0, 0, 0]
    }

    private mutating func append(_ name: String, _ data: [UInt8]) {
        let named = Array(name.utf8) + data
        bytes += Self.big(UInt32(data.count)) + named + Self.big(Self.crc32(named))
    }

    /// The zlib form of data that is not compressed: blocks of at most 65,535 bytes.
    private static func stored(_ data: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 65_535, data.count)
            let count = UInt16(end - start)
            packed.append(end == data.count ? 1 : 0)
            for number in [count, ~count] { packed += [UInt8(number & 255), UInt8(number >> 8)] }
            packed += data[start..<end]
            start = end
        } while start < data.count
        return packed + big(adler32(data))
    }

    private static func adler32(_ data: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }
}
