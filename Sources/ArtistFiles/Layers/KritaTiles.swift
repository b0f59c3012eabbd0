/// The pixels of one Krita layer: tiles of 64 × 64 pixels, each packed by LZF.
///
/// A head of text lines, then for each tile the line `x,y,LZF,bytes`, a byte that says whether it
/// is packed, and its data; packed samples lie byte plane by byte plane. Transparency is the last
/// sample of a pixel, its highest byte the last one.
struct KritaTiles {
    private static let side = 64

    private let bytes: [UInt8]
    private let isFloat: Bool
    private let pixelBytes: Int
    private let tiles: Int
    private var position = 0

    init(_ bytes: [UInt8], isFloat: Bool) throws(ArtistFileError) {
        self.bytes = bytes
        self.isFloat = isFloat
        var numbers: [String: Int] = [:]
        for name in ["VERSION", "TILEWIDTH", "TILEHEIGHT", "PIXELSIZE", "DATA"] {
            guard let line = Self.line(bytes, &position), let space = line.firstIndex(of: " "),
                line[..<space] == name, let number = Int(line[line.index(after: space)...])
            else { throw .corrupt(reason: "a layer's tiles are damaged") }
            numbers[name] = number
        }
        guard numbers["VERSION"] == 2, numbers["TILEWIDTH"] == Self.side,
            numbers["TILEHEIGHT"] == Self.side, let size = numbers["PIXELSIZE"],
            (1...64).contains(size), let count = numbers["DATA"], count >= 0,
            count <= bytes.count
        else { throw .corrupt(reason: "a layer's tiles are damaged") }
        (pixelBytes, tiles) = (size, count)
    }

    /// Calls `body` with the column, the row and the alphas of each row of each tile.
    func eachRow(_ body: (Int, Int, [UInt8]) -> Void) throws(ArtistFileError) {
        var position = position
        let pixels = Self.side * Self.side
        var unpacked = [UInt8](repeating: 0, count: pixels * pixelBytes)
        for _ in 0..<tiles {
            let parts = Self.line(bytes, &position)?.split(separator: ",") ?? []
            guard parts.count == 4, parts[2] == "LZF", let x = Int(parts[0]),
                let y = Int(parts[1]), let count = Int(parts[3]), count > 0,
                count <= bytes.count - position, max(abs(x), abs(y)) < 1 << 24
            else { throw .corrupt(reason: "a layer's tiles are damaged") }
            let data = (position + 1)..<(position + count)
            let isPacked = bytes[position] == 1
            if isPacked {
                guard LZF.unpack(bytes, data, into: &unpacked) else {
                    throw .corrupt(reason: "a layer's tile is damaged")
                }
            } else {
                guard data.count == unpacked.count else {
                    throw .corrupt(reason: "a layer's tile is damaged")
                }
                unpacked.replaceSubrange(0..<unpacked.count, with: bytes[data])
            }
            position += count
            for row in 0..<Self.side {
                let alphas = (0..<Self.side).map { column -> UInt8 in
                    let pixel = row * Self.side + column
                    return alpha(
                        unpacked[
                            isPacked
                                ? (pixelBytes - 1) * pixels + pixel
                                : pixel * pixelBytes + pixelBytes - 1])
                }
                body(x, y + row, alphas)
            }
        }
    }

    /// Of a number with a point the highest byte tells whether it is one half at least.
    private func alpha(_ byte: UInt8) -> UInt8 {
        guard isFloat else { return byte }
        return (0x38...0x7F).contains(byte) && (pixelBytes < 16 || byte >= 0x3F) ? 255 : 0
    }

    /// The text up to the next end of a line; nil where there is none near.
    private static func line(_ bytes: [UInt8], _ position: inout Int) -> String? {
        let window = bytes[position..<min(bytes.count, position + 80)]
        guard let end = window.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }
}

/// Marc Lehmann's LZF: literal runs, and copies of what was written before.
enum LZF {
    /// Unpacks exactly as many bytes as the target has.
    static func unpack(
        _ bytes: [UInt8], _ range: Range<Int>, into target: inout [UInt8]
    ) -> Bool {
        var (read, written) = (range.lowerBound, 0)
        while read < range.upperBound {
            let head = Int(bytes[read])
            read += 1
            if head < 32 {
                let count = head + 1
                guard count <= range.upperBound - read, count <= target.count - written else {
                    return false
                }
                for index in 0..<count { target[written + index] = bytes[read + index] }
                read += count
                written += count
            } else {
                var count = head >> 5
                if count == 7 {
                    guard read < range.upperBound else { return false }
                    count += Int(bytes[read])
                    read += 1
                }
                guard read < range.upperBound else { return false }
                let distance = (head & 31) << 8 + Int(bytes[read]) + 1
                read += 1
                count += 2
                guard distance <= written, count <= target.count - written else { return false }
                for index in written..<(written + count) {
                    target[index] = target[index - distance]
                }
                written += count
            }
        }
        return written == target.count
    }
}
