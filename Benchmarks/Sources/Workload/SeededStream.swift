/// The splitmix64 stream of numbers from which all rows and edits are drawn.
package struct SeededStream: Sendable {
    private var state: UInt64

    /// The independent stream of `index` under `tag`.
    package init(tag: UInt64, index: Int) {
        state = Self.mix(42 &+ (tag << 40) &+ UInt64(index))
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// The next number below `bound`, with the bias of the plain remainder.
    package mutating func next(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
