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
    /// Bytes of an unfolded patch: 7 rows of 64, and a mask of 16.
    static let unfoldedBytes = 7 * 64 + 16

    /// Spreads a patch of the picture into even and odd bytes as 16-bit numbers.
    @inline(__always)
    static func unfold(
        _ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int, isMirrored: Bool,
        into block: UnsafeMutableRawPointer
    ) {
        let low = SIMD8<UInt16>(repeating: 0xFF)
        let eight = SIMD8<UInt16>(repeating: 8)
        for row in 0..<side {
            let source = UnsafeRawPointer(patch + row &* stride)
            let target = block + row &* 64
            var left = source.loadUnaligned(as: SIMD4<UInt32>.self)
            var right = (source + 16).loadUnaligned(as: SIMD4<UInt32>.self)
            if isMirrored {
                let first = SIMD4(right.z, right.y, right.x, left.w)
                right = SIMD4(left.z, left.y, left.x, 0)
                left = first
            }
            let a = unsafeBitCast(left, to: SIMD8<UInt16>.self)
            let b = unsafeBitCast(right, to: SIMD8<UInt16>.self)
            target.storeBytes(of: a & low, as: SIMD8<UInt16>.self)
            (target + 16).storeBytes(of: a &>> eight, as: SIMD8<UInt16>.self)
            (target + 32).storeBytes(of: b & low, as: SIMD8<UInt16>.self)
            (target + 48).storeBytes(of: b &>> eight, as: SIMD8<UInt16>.self)
        }
    }

    /// Writes the mask that leaves out the eighth pixel of a row; read from memory on purpose,
    /// as a constant mask makes the compiler take the vectors apart.
    static func prepare(_ block: UnsafeMutableRawPointer) {
        (block + 448).storeBytes(
            of: SIMD8<UInt16>(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0, 0),
            as: SIMD8<UInt16>.self)
    }

    /// The difference of an unfolded patch and a patch of a work.
    @inline(__always)
    static func difference(
        _ block: UnsafeRawPointer, _ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int
    ) -> Int32 {
        sums(block, patch, stride: stride).difference
    }

    /// What the work's patch must be changed by to come closest, within the bounds.
    @inline(__always)
    static func shift(
        _ block: UnsafeRawPointer, _ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int
    ) -> SIMD4<Int8> {
        let sums = sums(block, patch, stride: stride)
        return SIMD4(
            Int8(truncatingIfNeeded: sums.shift.0), Int8(truncatingIfNeeded: sums.shift.1),
            Int8(truncatingIfNeeded: sums.shift.2), 0)
    }

    @inline(__always)
    private static func sums(
        _ block: UnsafeRawPointer, _ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int
    ) -> PatchSums {
        var even = SIMD8<UInt16>(repeating: 0)
        var odd = SIMD8<UInt16>(repeating: 0)
        var squares = SIMD4<UInt32>(repeating: 0)
        let mask = (block + 448).loadUnaligned(as: SIMD8<UInt16>.self)
        var source = UnsafeRawPointer(patch)
        var target = block
        for _ in 0..<side {
            add(target, source, nil, &even, &odd, &squares)
            add(target + 32, source + 16, mask, &even, &odd, &squares)
            source += stride &* 4
            target += 64
        }
        let e = unsafeBitCast(even, to: SIMD8<Int16>.self)
        let o = unsafeBitCast(odd, to: SIMD8<Int16>.self)
        return PatchSums(
            squares: Int32(
                truncatingIfNeeded: squares[0] &+ squares[1] &+ squares[2] &+ squares[3]),
            light: Int32(e[0] &+ e[2] &+ e[4] &+ e[6]),
            greenRed: Int32(o[0] &+ o[2] &+ o[4] &+ o[6]),
            blueYellow: Int32(e[1] &+ e[3] &+ e[5] &+ e[7]))
    }

    @inline(__always)
    private static func add(
        _ target: UnsafeRawPointer, _ source: UnsafeRawPointer, _ mask: SIMD8<UInt16>?,
        _ even: inout SIMD8<UInt16>, _ odd: inout SIMD8<UInt16>, _ squares: inout SIMD4<UInt32>
    ) {
        let pixels = source.loadUnaligned(as: SIMD8<UInt16>.self)
        var e =
            target.loadUnaligned(as: SIMD8<UInt16>.self) &- (pixels & SIMD8(repeating: 0xFF))
        var o =
            (target + 16).loadUnaligned(as: SIMD8<UInt16>.self)
            &- (pixels &>> SIMD8(repeating: 8))
        if let mask {
            e = e & mask
            o = o & mask
        }
        even &+= e
        odd &+= o
        // A difference is at most 255, so its square fits 16 bits whatever the sign.
        let evenSquares = unsafeBitCast(e &* e, to: SIMD4<UInt32>.self)
        let oddSquares = unsafeBitCast(o &* o, to: SIMD4<UInt32>.self)
        let low = SIMD4<UInt32>(repeating: 0xFFFF)
        let sixteen = SIMD4<UInt32>(repeating: 16)
        squares &+= (evenSquares & low) &+ (oddSquares & low)
        squares &+= (evenSquares &>> sixteen) &+ (oddSquares &>> sixteen)
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
