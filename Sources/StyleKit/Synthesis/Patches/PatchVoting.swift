/// Turns a nearest-neighbour field into pixels: each pixel is the weighted mean over all patches
/// that cover it (Kwatra et al., *Texture Optimization for Example-based Synthesis*, 2005).
struct PatchVoting {
    private struct WeightedSum {
        var colors = SIMD4<Float>()
        var shift = SIMD4<Float>()
        var total: Float = 0
    }

    let target: SynthesisLevel
    let source: SourceLevel
    /// The squared feature distance from the patch centred on a pixel at which a vote counts a
    /// quarter; nil counts all alike. A small value is crisp, but flat areas may break up.
    var deviationScale: Float?
    /// The squared difference of the guide between a pixel and the centre of a patch at which its
    /// vote counts a quarter: edges of a sketch stay sharp where the works have none like them; nil
    /// without a sketch.
    var guideScale: Float?

    /// Sets the features of the target.
    ///
    /// - Parameter usesConfidence: Whether patches that fit badly count less; only after
    ///   ``PatchSearch/measure(keeping:executor:)``.
    func updateFeatures(usesConfidence: Bool, executor: RowParallelExecutor) {
        let weights = usesConfidence ? confidence(executor) : nil
        vote(
            weights, from: source.features, skipsSettled: true, executor: executor
        ) { pixel, sum in
            target.image.pointer[pixel] = (sum.colors + sum.shift).bytes()
        }
        target.wrapImage()
    }

    /// The finished picture, premultiplied sRGB, from the works' own pixels.
    func renderColors(executor: RowParallelExecutor) -> Canvas {
        let canvas = Canvas(width: target.width, height: target.height)
        let weights = confidence(executor)
        vote(weights, from: source.colors ?? source.features, executor: executor) { pixel, sum in
            canvas.pixels[pixel] = PatchVoting.shifted(sum.colors.bytes(), by: sum.shift)
        }
        return canvas.cropped(by: target.margin)
    }

    /// Shifts a premultiplied colour in feature space.
    private static func shifted(_ pixel: SIMD4<UInt8>, by shift: SIMD4<Float>) -> SIMD4<UInt8> {
        guard (shift * shift).sum() > 0.05, pixel.w > 0 else { return pixel }
        let straight = Feature.unpremultiplied(pixel)
        let color = OKLab(red: straight.x, green: straight.y, blue: straight.z)
        let moved = OKLab(
            lightness: color.lightness + shift.x / 255,
            greenRed: color.greenRed + shift.y / Feature.chromaScale,
            blueYellow: color.blueYellow + shift.z / Feature.chromaScale
        ).rgb
        let alpha = Int(pixel.w)
        return SIMD4(
            UInt8((Int(moved.0) * alpha + 127) / 255), UInt8((Int(moved.1) * alpha + 127) / 255),
            UInt8((Int(moved.2) * alpha + 127) / 255), pixel.w)
    }

    /// The weight of each patch, less the worse it fits: a quarter at a cost of 1,200.
    private func confidence(_ executor: RowParallelExecutor) -> PaddedBuffer<Float> {
        let weights = PaddedBuffer<Float>(count: target.field.count, filledWith: 1)
        executor.run(rows: target.down, width: target.across) { indices in
            for index in indices {
                let part = 1_200 / (1_200 + Float(max(0, target.costs.pointer[index])))
                weights.pointer[index] = part * part
            }
        }
        return weights
    }

    private func vote(
        _ weights: PaddedBuffer<Float>?, from colors: PaddedBuffer<SIMD4<UInt8>>,
        skipsSettled: Bool = false, executor: RowParallelExecutor,
        _ finish: (Int, WeightedSum) -> Void
    ) {
        executor.run(rows: target.height) { rows in
            for y in rows {
                for x in 0..<target.width {
                    if skipsSettled, let composed = target.composed,
                        composed.isSettled.pointer[y &* target.width &+ x]
                    {
                        continue
                    }
                    var sum = weightedSum(x, y, weights, colors)
                    sum.colors /= sum.total
                    sum.shift /= sum.total
                    finish(y &* target.width &+ x, sum)
                }
            }
        }
    }

    @inline(__always)
    private func weightedSum(
        _ x: Int, _ y: Int, _ weights: PaddedBuffer<Float>?, _ colors: PaddedBuffer<SIMD4<UInt8>>
    ) -> WeightedSum {
        let last = PatchKernel.side &- 1
        let center = deviationScale == nil ? SIMD4<Float>() : centerFeature(x, y)
        var sum = WeightedSum()
        for patchY in max(0, y &- last)...min(target.down &- 1, y) {
            for patchX in max(0, x &- last)...min(target.across &- 1, x) {
                let at = patchY &* target.across &+ patchX
                let offset = offset(of: at, column: x &- patchX, row: y &- patchY)
                let shift = PatchVoting.floats(target.shifts.pointer[at])
                var weight = PatchVoting.gaussianWindow[(y &- patchY) &* 7 &+ x &- patchX]
                if let weights { weight *= weights.pointer[at] }
                if let guideScale { weight *= guideSimilarity(x, y, patchX, patchY, guideScale) }
                if let deviationScale {
                    let gap = PatchVoting.floats(source.features.pointer[offset]) + shift - center
                    let fall = deviationScale / (deviationScale + (gap * gap).sum())
                    weight *= fall * fall
                }
                sum.colors += PatchVoting.floats(colors.pointer[offset]) * weight
                sum.shift += shift * weight
                sum.total += weight
            }
        }
        return sum
    }

    /// How similar the guide is at a pixel and at the centre of a patch, 0 to 1.
    @inline(__always)
    private func guideSimilarity(
        _ x: Int, _ y: Int, _ patchX: Int, _ patchY: Int, _ guideScale: Float
    ) -> Float {
        guard let guide = target.guide else { return 1 }
        let half = PatchKernel.side / 2
        let middle = (patchY &+ half) &* target.width &+ patchX &+ half
        let gap =
            PatchVoting.floats(guide.pixels[y &* target.width &+ x])
            - PatchVoting.floats(guide.pixels[middle])
        let fall = guideScale / (guideScale + (gap * gap).sum())
        return fall * fall
    }

    /// The feature that the patch centred on a pixel gives it.
    @inline(__always)
    private func centerFeature(_ x: Int, _ y: Int) -> SIMD4<Float> {
        let half = PatchKernel.side / 2
        let patchX = min(max(x &- half, 0), target.across &- 1)
        let patchY = min(max(y &- half, 0), target.down &- 1)
        let at = patchY &* target.across &+ patchX
        let offset = offset(of: at, column: x &- patchX, row: y &- patchY)
        return PatchVoting.floats(source.features.pointer[offset])
            + PatchVoting.floats(target.shifts.pointer[at])
    }

    /// The index in the works of one pixel of a patch.
    @inline(__always)
    private func offset(of patch: Int, column: Int, row: Int) -> Int {
        let position = target.field.pointer[patch]
        let area = source.areas.pointer[Int(position.work)]
        let across = position.isMirrored ? PatchKernel.side &- 1 &- column : column
        return area.base &+ (Int(position.y) &+ row) &* area.width &+ Int(position.x) &+ across
    }

    @inline(__always)
    private static func floats(_ value: SIMD4<UInt8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: value))
    }

    @inline(__always)
    private static func floats(_ value: SIMD4<Int8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: value))
    }

    /// A Gaussian over the patch with a standard deviation of a quarter of its side.
    private static let gaussianWindow: [Float] = {
        // exp(-d² / (2 · 1.75²)) for d = 3, 2, 1, 0, …: written out, as the system's `exp` differs.
        let line: [Float] = [0.2300, 0.5204, 0.8494, 1, 0.8494, 0.5204, 0.2300]
        return (0..<49).map { line[$0 / 7] * line[$0 % 7] }
    }()
}
