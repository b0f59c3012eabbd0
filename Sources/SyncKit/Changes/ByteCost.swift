/// About how many bits bytes take once an entropy coder without memory has seen them.
enum ByteCost {
    /// In 1/256 bits. Whole numbers alone, so that every machine chooses the same form.
    static func of(_ bytes: [UInt8]) -> Int {
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        let all = bytes.count * logarithm(bytes.count)
        return counts.reduce(all) { $0 - $1 * logarithm($1) }
    }

    /// What a byte costs that nobody could guess.
    static let ofAByte = 8 << 8

    /// To the base 2, in 1/256; between powers of 2 on a straight line.
    private static func logarithm(_ value: Int) -> Int {
        guard value > 0 else { return 0 }
        let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
        return (whole << 8) + ((value << 8) >> whole) - 256
    }
}
