/// Box blur: the mean over squares of `2 * radius + 1` pixels, the border repeated outward, by a
/// running sum along rows and then along columns.
///
/// The cost does not depend on the radius.
struct BoxBlur {
    let width: Int
    let height: Int
    let radius: Int
    let executor: RowParallelExecutor

    /// Blurs `[height, width]` values of four lanes.
    ///
    /// - Parameters:
    ///   - source: What is blurred.
    ///   - middle: Scratch memory of the same size; it may not be `source`.
    ///   - result: Where the means go; it may be `source`.
    func blur<Lane: AveragedLane>(
        _ source: UnsafeMutablePointer<SIMD4<Lane>>,
        through middle: UnsafeMutablePointer<SIMD4<Lane>>,
        into result: UnsafeMutablePointer<SIMD4<Lane>>
    ) {
        executor.run(rows: height) { rows in
            for y in rows {
                blurRow(source + y * width, middle + y * width)
            }
        }
        executor.run(rows: width) { columns in
            blurColumns(
                middle + columns.lowerBound, result + columns.lowerBound, lines: columns.count)
        }
    }

    private func blurRow<Lane: AveragedLane>(
        _ source: UnsafeMutablePointer<SIMD4<Lane>>, _ target: UnsafeMutablePointer<SIMD4<Lane>>
    ) {
        let share = Lane.share(of: 2 * radius + 1)
        var sum = Lane.emptySum(of: 2 * radius + 1)
        for index in -radius...radius {
            sum = Lane.added(source[min(max(index, 0), width - 1)], to: sum)
        }
        for index in 0..<width {
            target[index] = Lane.mean(sum, share)
            sum = Lane.moved(
                sum, to: source[min(index + radius + 1, width - 1)],
                from: source[max(index - radius, 0)])
        }
    }

    /// Neighbouring columns are summed together, as they lie in memory.
    private func blurColumns<Lane: AveragedLane>(
        _ source: UnsafeMutablePointer<SIMD4<Lane>>, _ target: UnsafeMutablePointer<SIMD4<Lane>>,
        lines: Int
    ) {
        let share = Lane.share(of: 2 * radius + 1)
        withUnsafeTemporaryAllocation(of: SIMD4<Lane.Sum>.self, capacity: lines) { sums in
            sums.initialize(repeating: Lane.emptySum(of: 2 * radius + 1))
            for index in -radius...radius {
                let row = source + min(max(index, 0), height - 1) * width
                for line in 0..<lines { sums[line] = Lane.added(row[line], to: sums[line]) }
            }
            for index in 0..<height {
                let next = source + min(index + radius + 1, height - 1) * width
                let last = source + max(index - radius, 0) * width
                let row = target + index * width
                for line in 0..<lines {
                    row[line] = Lane.mean(sums[line], share)
                    sums[line] = Lane.moved(sums[line], to: next[line], from: last[line])
                }
            }
        }
    }
}

/// A number type of which means are made, four lanes at once.
protocol AveragedLane: SIMDScalar, Codable, Hashable {
    associatedtype Sum: SIMDScalar
    /// The factor that turns a sum into a mean.
    associatedtype Share

    static func share(of count: Int) -> Share
    static func emptySum(of count: Int) -> SIMD4<Sum>
    static func mean(_ sum: SIMD4<Sum>, _ share: Share) -> SIMD4<Self>
    static func added(_ value: SIMD4<Self>, to sum: SIMD4<Sum>) -> SIMD4<Sum>
    /// The sum after one value was replaced by another.
    static func moved(
        _ sum: SIMD4<Sum>, to value: SIMD4<Self>, from other: SIMD4<Self>
    ) -> SIMD4<Sum>
}

/// Rounded to the nearest mean.
extension UInt8: AveragedLane {
    /// The division by a small constant as a multiplication: 2²⁰ times a byte fits 32 bits.
    @inline(__always)
    static func share(of count: Int) -> UInt32 { 1_048_576 / UInt32(count) + 1 }

    @inline(__always)
    static func emptySum(of count: Int) -> SIMD4<UInt32> { SIMD4(repeating: UInt32(count) / 2) }

    @inline(__always)
    static func mean(_ sum: SIMD4<UInt32>, _ share: UInt32) -> SIMD4<UInt8> {
        SIMD4(truncatingIfNeeded: (sum &* SIMD4(repeating: share)) &>> SIMD4(repeating: 20))
    }

    @inline(__always)
    static func added(_ value: SIMD4<UInt8>, to sum: SIMD4<UInt32>) -> SIMD4<UInt32> {
        sum &+ SIMD4(truncatingIfNeeded: value)
    }

    @inline(__always)
    static func moved(
        _ sum: SIMD4<UInt32>, to value: SIMD4<UInt8>, from other: SIMD4<UInt8>
    ) -> SIMD4<UInt32> {
        sum &+ SIMD4(truncatingIfNeeded: value) &- SIMD4(truncatingIfNeeded: other)
    }
}

/// The order of additions is fixed, so that every machine computes the same bits.
extension Float: AveragedLane {
    @inline(__always)
    static func share(of count: Int) -> Float { 1 / Float(count) }

    @inline(__always)
    static func emptySum(of count: Int) -> SIMD4<Float> { SIMD4() }

    @inline(__always)
    static func mean(_ sum: SIMD4<Float>, _ share: Float) -> SIMD4<Float> { sum * share }

    @inline(__always)
    static func added(_ value: SIMD4<Float>, to sum: SIMD4<Float>) -> SIMD4<Float> { sum + value }

    @inline(__always)
    static func moved(
        _ sum: SIMD4<Float>, to value: SIMD4<Float>, from other: SIMD4<Float>
    ) -> SIMD4<Float> {
        sum + (value - other)
    }
}
