/// The least that a synthesis costs on this machine: what benchmarks compare it with.
@_spi(Measuring)
public enum SynthesisLowerBound {
    /// The number of patch comparisons that a synthesis cannot do without.
    ///
    /// In each pass a patch is compared with its present source and with what continues two
    /// neighbours, in both sweeps (6), with the four positions around the best (4), and once more
    /// for its vote (1). On every level it is looked up in the index once, with four answers; after
    /// a sketch with four more.
    public static func comparisons(
        model: StyleModel, settings: GenerationSettings, isSketch: Bool
    ) -> Int {
        let plan = PyramidPlan(settings: settings, works: model.works)
        var sum = 0
        for (level, size) in plan.sizes.enumerated() {
            let passes = PatchSynthesizer.passes(level: level, of: plan.sizes.count)
            sum += size.width * size.height * (passes * 11 + (isSketch ? 8 : 4))
        }
        return sum
    }

    /// Compares one patch with `times` others in a buffer that fits the cache.
    ///
    /// - Returns: A number that depends on every comparison, so that none is optimised away.
    public static func compare(times: Int) -> Int {
        let side = 64
        let pixels = PaddedBuffer<SIMD4<UInt8>>(count: side * side, filledWith: SIMD4(9, 8, 7, 6))
        for index in 0..<(side * side) { pixels[index].x = UInt8(truncatingIfNeeded: index &* 37) }
        var block = [Int16](repeating: 0, count: PatchKernel.unfoldedCount)
        PatchKernel.unfold(pixels.pointer, stride: side, isMirrored: false, into: &block)
        var sum = 0
        for index in 0..<times {
            let offset = (index &* 61) & 2_047
            sum &+= Int(
                PatchKernel.difference(block, pixels.pointer + offset, stride: side))
        }
        return sum
    }
}
