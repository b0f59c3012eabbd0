/// Turns a field of patches into pixels: every patch that covers a pixel votes for its colour.
struct PatchVoting {
    private struct Ballot {
        var colors = SIMD4<Float>()
        var shift = SIMD4<Float>()
        var total: Float = 0
    }

    let paint: SynthesisLevel
    let source: SourceLevel
    /// The squared distance, in features, at which a vote that differs from the patch around its
    /// pixel counts a quarter; nil lets all votes mix. Small is crisp, but flat areas may break up.
    var spread: Float?
    /// The squared difference of the guide at which a patch from there counts a quarter: so the
    /// edges of a sketch stay sharp where the works have none like them; nil without a sketch.
    var edge: Float?

    /// Sets the picture's features.
    ///
    /// - Parameter trusts: Whether patches that fit badly count less; only once they were measured.
    func paintFeatures(trusts: Bool, bands: RowParallelExecutor) {
        let weights = trusts ? trust(bands) : nil
        vote(weights, from: source.features, bands: bands) { pixel, ballot in
            paint.image.pointer[pixel] = (ballot.colors + ballot.shift).bytes()
        }
        paint.wrapImage()
    }

    /// The finished picture, premultiplied, from the works' own colours.
    func paintColors(bands: RowParallelExecutor) -> Canvas {
        let canvas = Canvas(width: paint.width, height: paint.height)
        let weights = trust(bands)
        vote(weights, from: source.colors ?? source.features, bands: bands) { pixel, ballot in
            canvas.pixels[pixel] = PatchVoting.shifted(ballot.colors.bytes(), by: ballot.shift)
        }
        return canvas.cropped(by: paint.margin)
    }

    /// Moves a premultiplied colour in feature space.
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

    /// How much each patch counts: less the worse it fits.
    private func trust(_ bands: RowParallelExecutor) -> PaddedBuffer<Float> {
        let weights = PaddedBuffer<Float>(count: paint.field.count, filledWith: 1)
        bands.run(rows: paint.down, width: paint.across) { places in
            for index in places {
                let part = 1_200 / (1_200 + Float(max(0, paint.costs.pointer[index])))
                weights.pointer[index] = part * part
            }
        }
        return weights
    }

    private func vote(
        _ weights: PaddedBuffer<Float>?, from colors: PaddedBuffer<SIMD4<UInt8>>,
        bands: RowParallelExecutor,
        _ finish: (Int, Ballot) -> Void
    ) {
        bands.run(rows: paint.height) { rows in
            for y in rows {
                for x in 0..<paint.width {
                    var ballot = ballot(x, y, weights, colors)
                    ballot.colors /= ballot.total
                    ballot.shift /= ballot.total
                    finish(y &* paint.width &+ x, ballot)
                }
            }
        }
    }

    @inline(__always)
    private func ballot(
        _ x: Int, _ y: Int, _ weights: PaddedBuffer<Float>?, _ colors: PaddedBuffer<SIMD4<UInt8>>
    ) -> Ballot {
        let last = PatchKernel.side &- 1
        let center = spread == nil ? SIMD4<Float>() : centerFeature(x, y)
        var ballot = Ballot()
        for patchY in max(0, y &- last)...min(paint.down &- 1, y) {
            for patchX in max(0, x &- last)...min(paint.across &- 1, x) {
                let at = patchY &* paint.across &+ patchX
                let place = place(of: at, column: x &- patchX, row: y &- patchY)
                let shift = PatchVoting.floats(paint.shifts.pointer[at])
                var weight = PatchVoting.bell[(y &- patchY) &* 7 &+ x &- patchX]
                if let weights { weight *= weights.pointer[at] }
                if let edge { weight *= sameSide(x, y, patchX, patchY, edge) }
                if let spread {
                    let gap = PatchVoting.floats(source.features.pointer[place]) + shift - center
                    let fall = spread / (spread + (gap * gap).sum())
                    weight *= fall * fall
                }
                ballot.colors += PatchVoting.floats(colors.pointer[place]) * weight
                ballot.shift += shift * weight
                ballot.total += weight
            }
        }
        return ballot
    }

    /// How much the guide says that a pixel and a patch lie in the same area, up to 1.
    @inline(__always)
    private func sameSide(
        _ x: Int, _ y: Int, _ patchX: Int, _ patchY: Int, _ edge: Float
    ) -> Float {
        guard let guide = paint.guide else { return 1 }
        let half = PatchKernel.side / 2
        let middle = (patchY &+ half) &* paint.width &+ patchX &+ half
        let gap =
            PatchVoting.floats(guide.pixels[y &* paint.width &+ x])
            - PatchVoting.floats(guide.pixels[middle])
        let fall = edge / (edge + (gap * gap).sum())
        return fall * fall
    }

    /// What the patch around a pixel gives it.
    @inline(__always)
    private func centerFeature(_ x: Int, _ y: Int) -> SIMD4<Float> {
        let half = PatchKernel.side / 2
        let patchX = min(max(x &- half, 0), paint.across &- 1)
        let patchY = min(max(y &- half, 0), paint.down &- 1)
        let at = patchY &* paint.across &+ patchX
        let place = place(of: at, column: x &- patchX, row: y &- patchY)
        return PatchVoting.floats(source.features.pointer[place])
            + PatchVoting.floats(paint.shifts.pointer[at])
    }

    /// Where in the works one pixel of a patch lies.
    @inline(__always)
    private func place(of patch: Int, column: Int, row: Int) -> Int {
        let match = paint.field.pointer[patch]
        let area = source.areas.pointer[Int(match.work)]
        let across = match.isMirrored ? PatchKernel.side &- 1 &- column : column
        return area.base &+ (Int(match.y) &+ row) &* area.width &+ Int(match.x) &+ across
    }

    @inline(__always)
    private static func floats(_ value: SIMD4<UInt8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: value))
    }

    @inline(__always)
    private static func floats(_ value: SIMD4<Int8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: value))
    }

    /// A bell over the patch with a deviation of a quarter of its side.
    private static let bell: [Float] = {
        // exp(-d² / (2 · 1.75²)) for d = 0…3, written out, as the system's `exp` differs.
        let line: [Float] = [0.2300, 0.5204, 0.8494, 1, 0.8494, 0.5204, 0.2300]
        return (0..<49).map { line[$0 / 7] * line[$0 % 7] }
    }()
}
