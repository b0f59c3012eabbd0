/// Eight numbers that say roughly how a patch looks: its means and slopes.
///
/// They are products with orthonormal polynomials over the patch, rounded, so their distance never
/// much exceeds the patches' own. Lanes: lightness mean, slopes across and down, bends across and
/// down, the two chroma means, alpha mean.
enum PatchDescriptor {
    typealias Value = SIMD8<Int16>

    @inline(__always)
    static func value(_ patch: UnsafePointer<SIMD4<UInt8>>, stride: Int) -> Value {
        var sums = SIMD4<Int32>(repeating: 0)
        var across: Int32 = 0
        var down: Int32 = 0
        var bendAcross: Int32 = 0
        var bendDown: Int32 = 0
        for y in 0..<PatchKernel.side {
            var row = SIMD4<Int32>(repeating: 0)
            let line = patch + y &* stride
            for x in 0..<PatchKernel.side {
                let pixel = SIMD4<Int32>(truncatingIfNeeded: line[x])
                row &+= pixel
                let slope = Int32(truncatingIfNeeded: x &- 3)
                across &+= pixel.x &* slope
                bendAcross &+= pixel.x &* (slope &* slope &- 4)
            }
            sums &+= row
            let slope = Int32(truncatingIfNeeded: y &- 3)
            down &+= row.x &* slope
            bendDown &+= row.x &* (slope &* slope &- 4)
        }
        // Norms: 7 for means, 14 for slopes, √588 for bends (as 2,703 / 65,536).
        return Value(
            Int16(truncatingIfNeeded: sums.x / 7), Int16(truncatingIfNeeded: across / 14),
            Int16(truncatingIfNeeded: down / 14),
            Int16(truncatingIfNeeded: (bendAcross &* 2_703) >> 16),
            Int16(truncatingIfNeeded: (bendDown &* 2_703) >> 16),
            Int16(truncatingIfNeeded: sums.y / 7), Int16(truncatingIfNeeded: sums.z / 7),
            Int16(truncatingIfNeeded: sums.w / 7))
    }

    /// The descriptor of the same patch mirrored left to right.
    @inline(__always)
    static func mirrored(_ value: Value) -> Value {
        var result = value
        result[1] = 0 &- result[1]
        return result
    }

    /// The descriptor of the same marks around the colour of a guide, or clear as it is.
    @inline(__always)
    static func recolored(_ value: Value, like pixel: SIMD4<UInt8>) -> Value {
        var result = value
        result[0] = Int16(pixel.x) &* 7
        result[5] = Int16(pixel.y) &* 7
        result[6] = Int16(pixel.z) &* 7
        // A guide says near its highest where a picture shall be clear.
        result[7] = pixel.w < 200 ? 255 &* 7 : 0
        return result
    }

    /// Never 0.
    @inline(__always)
    static func hash(_ value: Value) -> UInt32 {
        let halves = unsafeBitCast(value, to: SIMD2<UInt64>.self)
        let mixed =
            (halves.x &* 0x9E37_79B9_7F4A_7C15) ^ (halves.y &* 0xC2B2_AE3D_27D4_EB4F)
        return UInt32(truncatingIfNeeded: mixed >> 32) | 1
    }

    @inline(__always)
    static func distance(_ left: Value, _ right: Value) -> Int32 {
        let difference = left &- right
        let wide = SIMD8<Int32>(truncatingIfNeeded: difference)
        return (wide &* wide).wrappedSum()
    }
}
