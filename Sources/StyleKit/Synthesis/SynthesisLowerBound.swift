/// What a drawing costs at the very least on this machine, for benchmarks.
@_spi(Measuring)
public enum SynthesisLowerBound {
    /// The patch comparisons that a drawing cannot do without.
    ///
    /// In each pass every patch is compared where it is, where its two neighbours lead, and around
    /// the best place, and is measured once for its vote: eleven comparisons. On every level it is
    /// looked up once, with four answers; after a sketch with four more.
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

    /// Compares one patch with as many others, one after the other in memory that is at hand.
    ///
    /// - Returns: A number that depends on all of them, so that none is left out.
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
