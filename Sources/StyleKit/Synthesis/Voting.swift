/// Turns a field of patches into pixels: every patch that covers a pixel votes for its colour.
struct Voting {
    let paint: PaintLevel
    let source: SourceLevel

    /// Sets the picture's features.
    ///
    /// - Parameter trusts: Whether patches that fit badly count less; not before they were measured.
    func paintFeatures(trusts: Bool, bands: Bands) {
        let weights = trusts ? trust(bands) : nil
        vote(weights, from: source.features, bands: bands) { pixel, colors, shift in
            let value = (colors + shift + 0.5).clamped(
                lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
            paint.image.pointer[pixel] = SIMD4<UInt8>(value)
        }
    }

    /// The finished picture, premultiplied, from the works' own colours.
    func paintColors(bands: Bands) -> Canvas {
        let canvas = Canvas(width: paint.width, height: paint.height)
        let weights = trust(bands)
        vote(weights, from: source.colors ?? source.features, bands: bands) {
            pixel, colors, shift in
            let bounded = (colors + 0.5).clamped(
                lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
            canvas.pixels[pixel] = Voting.shifted(SIMD4<UInt8>(bounded), by: shift)
        }
        return canvas
    }

    /// Moves a premultiplied colour in feature space.
    private static func shifted(_ pixel: SIMD4<UInt8>, by shift: SIMD4<Float>) -> SIMD4<UInt8> {
        let size = (shift * shift).sum()
        guard size > 0.05, pixel.w > 0 else { return pixel }
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
    private func trust(_ bands: Bands) -> Block<Float> {
        let weights = Block<Float>(count: paint.field.count, filledWith: 1)
        bands.run(rows: paint.down) { rows in
            for index in (rows.lowerBound * paint.across)..<(rows.upperBound * paint.across) {
                let cost = Float(max(0, paint.costs.pointer[index]))
                let part = 1_200 / (1_200 + cost)
                weights.pointer[index] = part * part
            }
        }
        return weights
    }

    private func vote(
        _ weights: Block<Float>?, from colors: Block<SIMD4<UInt8>>, bands: Bands,
        _ finish: (Int, SIMD4<Float>, SIMD4<Float>) -> Void
    ) {
        let side = PatchKernel.side
        let bell = Voting.bell
        bands.run(rows: paint.height) { rows in
            for y in rows {
                let top = max(0, y - side + 1)
                let bottom = min(paint.down - 1, y)
                for x in 0..<paint.width {
                    var sum = SIMD4<Float>()
                    var shiftSum = SIMD4<Float>()
                    var total: Float = 0
                    for patchY in top...bottom {
                        for patchX in max(0, x - side + 1)...min(paint.across - 1, x) {
                            let at = patchY &* paint.across &+ patchX
                            let match = paint.field.pointer[at]
                            let area = source.areas.pointer[Int(match.work)]
                            let column = x &- patchX
                            let row = y &- patchY
                            let workX =
                                Int(match.x)
                                &+ (match.isMirrored ? side &- 1 &- column : column)
                            let place = area.base &+ (Int(match.y) &+ row) &* area.width &+ workX
                            var weight = bell[row &* side &+ column]
                            if let weights { weight *= weights.pointer[at] }
                            sum +=
                                SIMD4<Float>(
                                    SIMD4<Int32>(truncatingIfNeeded: colors.pointer[place]))
                                * weight
                            shiftSum +=
                                SIMD4<Float>(
                                    SIMD4<Int32>(truncatingIfNeeded: paint.shifts.pointer[at]))
                                * weight
                            total += weight
                        }
                    }
                    finish(y &* paint.width &+ x, sum / total, shiftSum / total)
                }
            }
        }
    }

    /// A bell over the patch with a deviation of a quarter of its side.
    private static let bell: [Float] = {
        // exp(-d² / (2 · 1.75²)) for d = 0…3, written out, as the system's `exp` differs.
        let line: [Float] = [0.2300, 0.5204, 0.8494, 1, 0.8494, 0.5204, 0.2300]
        return (0..<49).map { line[$0 / 7] * line[$0 % 7] }
    }()
}
