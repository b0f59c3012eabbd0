import Foundation

/// Random numbers from a seed (splitmix64), so that a failed run can be run again.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that always gives the same numbers for `seed`.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    package mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// True in one of `odds` cases.
    package mutating func oneIn(_ odds: Int) -> Bool {
        below(odds) == 0
    }

    /// `count` random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// The seeds a property test runs with: those of `ATELIER_TEST_SEED`, else `count` fixed ones.
    package static func seeds(_ count: Int) -> [UInt64] {
        if let text = ProcessInfo.processInfo.environment["ATELIER_TEST_SEED"] {
            return text.split(separator: ",").compactMap { UInt64($0) }
        }
        return (1...UInt64(count)).map { $0 &* 0x2545_F491_4F6C_DD1D }
    }
}
