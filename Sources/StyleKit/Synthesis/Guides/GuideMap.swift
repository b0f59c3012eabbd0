/// The guide channels of a picture (Hertzmann et al., *Image Analogies*, 2001): three lanes of
/// colour without strokes, and the local detail of lightness in the fourth. Patches are preferred
/// where target and source have similar guides.
///
/// After a sketch lines count as detail too: a flat area asks for patches without lines, and an
/// edge of the sketch for the line that the artist would draw there.
enum GuideMap {
    /// Marks transparent parts, so that they do not match calm grey ones.
    static let transparentDetail: UInt8 = 255
    /// The guide of transparent parts after a sketch: a colour that nothing has.
    static let transparentGuide = SIMD4<UInt8>(128, 255, 255, transparentDetail)
    /// The most detail and lines together; below ``transparentDetail``.
    private static let maximumDetail = 200

    /// The guide of a canvas of features: three lanes of colour, and the detail of lightness in the
    /// fourth.
    ///
    /// - Parameter areaRadius: The radius in pixels of the filter that turns strokes into flat
    ///   areas with sharp edges, as a sketch has them; nil blurs instead.
    static func guide(_ features: Canvas, areaRadius: Int?, executor: RowParallelExecutor) -> Canvas
    {
        let (width, height) = (features.width, features.height)
        let blurred = boxBlurred(
            boxBlurred(features, radius: 1, executor: executor), radius: 2, executor: executor)
        let flat =
            areaRadius.map { abstracted(features, radius: $0, executor: executor) } ?? blurred
        let detail = Canvas(width: width, height: height)
        // Without a sketch, pixels at the edge of a cut-out are guided to such edges.
        let transparentPixelDetail = areaRadius == nil ? transparentDetail : 0
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                let difference = Int(features.pixels[index].x) - Int(blurred.pixels[index].x)
                let isClear = features.pixels[index].w < 128
                detail.pixels[index] = SIMD4(
                    0, 0, 0, isClear ? transparentPixelDetail : UInt8(min(255, abs(difference) * 4))
                )
            }
        }
        let around = boxBlurred(
            boxBlurred(detail, radius: 2, executor: executor), radius: 2, executor: executor)
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                flat.pixels[index].w = around.pixels[index].w
            }
        }
        return flat
    }

    /// Adds the lines of `features` to the detail of a guide, and marks transparent parts.
    static func addLines(
        of features: Canvas, areaRadius: Int, to guide: Canvas, executor: RowParallelExecutor
    ) {
        let width = guide.width
        let lines = LineMap(of: features, radius: areaRadius + 1, executor: executor)
        executor.run(rows: guide.height, width: width) { indices in
            for index in indices {
                guard features.pixels[index].w >= 128 else {
                    guide.pixels[index] = transparentGuide
                    continue
                }
                let detail = Int(guide.pixels[index].w) + Int(lines.values.pointer[index])
                guide.pixels[index].w = UInt8(min(maximumDetail, detail))
            }
        }
    }

    /// Kuwahara's filter (1976): each pixel takes the mean of the calmest of five squares around
    /// it, which removes strokes and keeps edges sharp.
    private static func abstracted(_ features: Canvas, radius: Int, executor: RowParallelExecutor)
        -> Canvas
    {
        let (width, height) = (features.width, features.height)
        let mean = boxBlurred(features, radius: radius, executor: executor)
        let deviations = Canvas(width: width, height: height)
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                let gap =
                    SIMD4<Int16>(truncatingIfNeeded: features.pixels[index])
                    &- SIMD4<Int16>(truncatingIfNeeded: mean.pixels[index])
                let sum = abs(Int(gap.x)) + abs(Int(gap.y)) + abs(Int(gap.z)) + abs(Int(gap.w))
                deviations.pixels[index].x = UInt8(min(255, sum))
            }
        }
        let variation = boxBlurred(deviations, radius: radius, executor: executor)
        let result = Canvas(width: width, height: height)
        executor.run(rows: height) { rows in
            for y in rows {
                let above = max(y - radius, 0) * width
                let below = min(y + radius, height - 1) * width
                for x in 0..<width {
                    let left = max(x - radius, 0)
                    let right = min(x + radius, width - 1)
                    var best = y * width + x
                    for at in [above + left, above + right, below + left, below + right]
                    where variation.pixels[at].x < variation.pixels[best].x { best = at }
                    result.pixels[y * width + x] = mean.pixels[best]
                }
            }
        }
        return result
    }

    /// A blurred copy; see ``BoxBlur``.
    static func boxBlurred(_ canvas: Canvas, radius: Int, executor: RowParallelExecutor) -> Canvas {
        let middle = Canvas(width: canvas.width, height: canvas.height)
        let result = Canvas(width: canvas.width, height: canvas.height)
        BoxBlur(width: canvas.width, height: canvas.height, radius: radius, executor: executor)
            .blur(canvas.pixels, through: middle.pixels, into: result.pixels)
        return result
    }
}

/// How strongly a pixel belongs to a line or an edge, rather than to a texture.
///
/// The difference of the roots of the eigenvalues of the local structure tensor (Bigün and
/// Granlund, *Optimal orientation detection of linear symmetry*, 1987). Grass, leaves and clouds
/// have little of it however rich they are; a spear, a fold or a joint between tiles has much.
struct LineMap {
    /// Bytes of a guide for one feature unit of change a pixel.
    private static let strength: Float = 10
    /// The maximum of a value.
    private static let highest: Float = 200

    /// `[height, width]`, 0 to 200.
    let values: PaddedBuffer<UInt8>

    /// - Parameter radius: Of the box blur that averages the tensor, applied twice.
    init(of features: Canvas, radius: Int, executor: RowParallelExecutor) {
        let (width, height) = (features.width, features.height)
        let changes = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        let middle = PaddedBuffer(count: width * height, filledWith: SIMD4<Float>())
        executor.run(rows: height) { Self.measure(features, rows: $0, into: changes) }
        let blur = BoxBlur(width: width, height: height, radius: radius, executor: executor)
        for _ in 0..<2 {
            blur.blur(changes.pointer, through: middle.pointer, into: changes.pointer)
        }
        let values = PaddedBuffer<UInt8>(count: width * height, filledWith: 0)
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                values.pointer[index] = Self.value(changes.pointer[index])
            }
        }
        self.values = values
    }

    /// The products of the gradients across and down, summed over the colour lanes: the structure
    /// tensor of each pixel.
    private static func measure(
        _ features: Canvas, rows: Range<Int>, into changes: PaddedBuffer<SIMD4<Float>>
    ) {
        let (width, height) = (features.width, features.height)
        for y in rows {
            let above = max(y - 1, 0) * width
            let below = min(y + 1, height - 1) * width
            for x in 0..<width {
                let across = change(
                    features.pixels[y * width + max(x - 1, 0)],
                    features.pixels[y * width + min(x + 1, width - 1)])
                let down = change(features.pixels[above + x], features.pixels[below + x])
                changes.pointer[y * width + x] = SIMD4(
                    Float((across &* across).wrappedSum()), Float((down &* down).wrappedSum()),
                    Float((across &* down).wrappedSum()), 0)
            }
        }
    }

    /// The difference of two features, without alpha.
    @inline(__always)
    private static func change(_ from: SIMD4<UInt8>, _ to: SIMD4<UInt8>) -> SIMD4<Int32> {
        var change = SIMD4<Int32>(truncatingIfNeeded: to) &- SIMD4<Int32>(truncatingIfNeeded: from)
        change.w = 0
        return change
    }

    @inline(__always)
    private static func value(_ changes: SIMD4<Float>) -> UInt8 {
        let sum = changes.x + changes.y
        let gap = changes.x - changes.y
        let spread = (gap * gap + 4 * changes.z * changes.z).squareRoot()
        let along = max(0, (sum - spread) / 2).squareRoot()
        let across = max(0, (sum + spread) / 2).squareRoot()
        // Gradients are taken over two pixels.
        return UInt8(min(highest, max(0, across - along) / 2 * strength))
    }
}
