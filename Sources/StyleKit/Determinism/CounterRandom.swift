/// Random numbers that depend on what they are for, and not on when they are asked for.
struct CounterRandom {
    private let seed: UInt64

    init(seed: UInt64) { self.seed = CounterRandom.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

    /// 64 random bits for a purpose, named by up to three numbers.
    func bits(_ first: Int, _ second: Int = 0, _ third: Int = 0) -> UInt64 {
        var value = seed
        for part in [first, second, third] { value = Self.next(value, part) }
        return value
    }

    /// A number from 0 up to but not including `bound`, which is at least 1.
    func below(_ bound: Int, _ first: Int, _ second: Int = 0, _ third: Int = 0) -> Int {
        var value = Self.next(seed, first)
        value = Self.next(value, second)
        value = Self.next(value, third)
        return Int(((value >> 32) &* UInt64(bound)) >> 32)
    }

    @inline(__always)
    private static func next(_ value: UInt64, _ part: Int) -> UInt64 {
        mixed(value ^ (UInt64(bitPattern: Int64(part)) &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
