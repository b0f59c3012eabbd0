/// The 64-bit FNV-1a digest over all rows in the order of their ids.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The digest of nothing.
    package init() {}

    /// Takes an integer as eight bytes, least significant first.
    package mutating func add(_ integer: Int64) {
        for shift in 0..<8 { add(byte: UInt8(truncatingIfNeeded: integer >> (8 * shift))) }
    }

    /// Takes text or a blob as its length in four bytes, then its bytes.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for shift in 0..<4 { add(byte: UInt8(truncatingIfNeeded: bytes.count >> (8 * shift))) }
        for byte in bytes { add(byte: byte) }
    }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private mutating func add(byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
