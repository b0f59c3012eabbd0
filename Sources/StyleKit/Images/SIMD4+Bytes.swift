extension SIMD4<Float> {
    /// The lanes rounded to the nearest byte and kept within 0 and `highest`.
    ///
    /// Lane by lane, as the standard conversion of vectors is many times slower.
    @inline(__always)
    func bytes(upTo highest: Float = 255) -> SIMD4<UInt8> {
        let bounded = (self + 0.5).clamped(
            lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: highest + 0.5))
        return SIMD4<UInt8>(
            UInt8(bounded.x), UInt8(bounded.y), UInt8(bounded.z), UInt8(bounded.w))
    }
}
