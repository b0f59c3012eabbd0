import CPatchKernel

/// Compares 7 × 7 patches of features: the innermost loop of every synthesis.
///
/// The difference is the sum of squared differences over 49 pixels and 4 lanes, after the mean
/// difference of each colour lane, within a bound, was subtracted: a patch may be a little lighter
/// than in its work. All arithmetic is in integers, so that it is the same on every machine.
enum PatchKernel {
    static let side = 7
    static let pixels = 49
    /// The bound on the shift of lightness: 6 units of OKLab × 100.
    static let lightShift: Int32 = 15
    /// The largest change of chroma (3.6 units).
    static let chromaShift: Int32 = 9
    /// The numbers of an unfolded patch: 7 rows of 8 pixels of 4 lanes.
    static let unfoldedCount = atelier_unfolded_count

    typealias Pixel = UnsafePointer<SIMD4<UInt8>>

    /// Widens a patch of the target to 16 bits, for many comparisons.
    @inline(__always)
    static func unfold(
        _ patch: Pixel, stride: Int, isMirrored: Bool, into block: UnsafeMutablePointer<Int16>
    ) {
        atelier_unfold(
            UnsafeRawPointer(patch).assumingMemoryBound(to: UInt8.self), stride &* 4,
            isMirrored ? 1 : 0, block)
    }

    /// The difference of an unfolded patch from a patch of a work.
    @inline(__always)
    static func difference(
        _ block: UnsafePointer<Int16>, _ patch: Pixel, stride: Int
    ) -> Int32 {
        sums(block, patch, stride: stride).difference
    }

    /// The difference, and the shift of colour that brings the work's patch closer, within the
    /// bounds.
    ///
    /// The shift is a part of the best one, rounded down: it is applied to the target and measured
    /// again in the next pass, and would spread from a seam over the whole picture if it did not
    /// decay.
    ///
    /// - Parameter kept: The part that is kept, in eighths.
    @inline(__always)
    static func differenceAndShift(
        _ block: UnsafePointer<Int16>, _ patch: Pixel, stride: Int, keeping kept: Int32
    ) -> (difference: Int32, shift: SIMD4<Int8>) {
        let sums = sums(block, patch, stride: stride)
        let shift = sums.shift
        let lanes = SIMD4(
            Int8(truncatingIfNeeded: shift.0 &* kept / 8),
            Int8(truncatingIfNeeded: shift.1 &* kept / 8),
            Int8(truncatingIfNeeded: shift.2 &* kept / 8), 0)
        return (sums.difference, lanes)
    }

    /// Prefetches a patch before it is compared.
    @inline(__always)
    static func prefetch(_ patch: Pixel, stride: Int) {
        atelier_prefetch(
            UnsafeRawPointer(patch).assumingMemoryBound(to: UInt8.self), stride &* 4)
    }

    @inline(__always)
    private static func sums(
        _ block: UnsafePointer<Int16>, _ patch: Pixel, stride: Int
    ) -> PatchSums {
        let sums = atelier_compare(
            block, UnsafeRawPointer(patch).assumingMemoryBound(to: UInt8.self), stride &* 4)
        return PatchSums(
            squares: sums.squares, light: sums.first, greenRed: sums.second,
            blueYellow: sums.third)
    }
}

/// The sums over a patch from which its difference and shift follow.
private struct PatchSums {
    let squares: Int32
    let light: Int32
    let greenRed: Int32
    let blueYellow: Int32

    @inline(__always) var shift: (Int32, Int32, Int32) {
        (
            Self.shift(light, PatchKernel.lightShift),
            Self.shift(greenRed, PatchKernel.chromaShift),
            Self.shift(blueYellow, PatchKernel.chromaShift)
        )
    }

    /// A quarter of what a shift gains is added back, so that it is used only where it is needed.
    @inline(__always) var difference: Int32 {
        let (l, a, b) = shift
        return squares &- Self.gain(light, l) &- Self.gain(greenRed, a)
            &- Self.gain(blueYellow, b)
    }

    /// The mean over 49 pixels (1,338 / 65,536), rounded down and clamped to the bound.
    @inline(__always)
    private static func shift(_ sum: Int32, _ bound: Int32) -> Int32 {
        max(0 &- bound, min(bound, (sum &* 1_338) >> 16))
    }

    @inline(__always)
    private static func gain(_ sum: Int32, _ shift: Int32) -> Int32 {
        let gain = shift &* (2 &* sum &- 49 &* shift)
        return gain &- gain >> 2
    }
}
