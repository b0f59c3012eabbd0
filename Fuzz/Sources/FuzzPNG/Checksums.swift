/// The CRC-32 that ends every chunk of a PNG file.
enum Checksums {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in
            sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
        }
    }

    /// Writes the right one behind every whole chunk.
    static func mend(_ file: inout [UInt8]) {
        var position = 8
        while position + 12 <= file.count {
            let length = file[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            let end = position + 8 + length
            guard end + 4 <= file.count else { return }
            let sum = ~file[(position + 4)..<end].reduce(~UInt32(0)) { sum, byte in
                table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8
            }
            for place in 0..<4 {
                file[end + place] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * place))
            }
            position = end + 4
        }
    }
}
