import CPatchKernel

/// Compares 7 × 7 patches of features: the innermost loop of all drawing.
///
/// The difference is the sum of squares over 49 pixels and 4 lanes, after one constant per lane was
/// taken off: the mean difference, bounded. So a patch may be a little lighter than in its work.
/// All numbers are whole: the result is the same on every machine.
enum PatchKernel {
    static let side = 7
    static let pixels = 49
    /// The largest change of lightness (6 units of OKLab × 100).
    static let lightShift: Int32 = 15
    /// The largest change of chroma (3.6 units).
    static let chromaShift: Int32 = 9
    /// Numbers of an unfolded patch.
    static let unfoldedCount = atelier_unfolded_count

    typealias Pixel = UnsafePointer<SIMD4<UInt8>>

    /// Spreads a patch of the picture into 16-bit numbers, for many comparisons.
    @inline(__always)
    static func unfold(
        _ patch: Pixel, stride: Int, isMirrored: Bool, into block: UnsafeMutablePointer<Int16>
    ) {
        atelier_unfold(
            UnsafeRawPointer(patch).assumingMemoryBound(to: UInt8.self), stride &* 4,
            isMirrored ? 1 : 0, block)
    }

    /// The difference of an unfolded patch and a patch of a work.
    @inline(__always)
    static func difference(
        _ block: UnsafePointer<Int16>, _ patch: Pixel, stride: Int
    ) -> Int32 {
        sums(block, patch, stride: stride).difference
    }

    /// The difference, and what the work's patch is changed by to come closer, within the bounds.
    ///
    /// Less than what fits best, rounded down: changes are painted and found again in the next
    /// pass, and would spread from a seam over the whole picture; so they fade on the way.
    ///
    /// - Parameter kept: How many eighths of a change stay.
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

    /// Asks for a patch's memory before it is compared.
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

    /// A quarter of what the shift gains is charged for it, so that it is used where needed only.
    @inline(__always) var difference: Int32 {
        let (l, a, b) = shift
        return squares &- Self.gain(light, l) &- Self.gain(greenRed, a)
            &- Self.gain(blueYellow, b)
    }

    /// The mean over 49 pixels, rounded down, within the bound.
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
