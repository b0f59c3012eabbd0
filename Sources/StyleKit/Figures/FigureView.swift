/// Which part of the frame a picture shows: all of the figure, as large as it fits.
struct FigureView {
    /// The most pixels for one of a work: larger figures are enlarged at the end.
    static let enlargement = 2.0
    /// The free margin on sides where the figure ends by itself, in units.
    private static let margin = 10.0
    /// The height of the frame that the smallest figure fills.
    private static let leastSide = 430.0

    /// The raster in which the figure is made.
    let field: FigureField

    /// - Parameters:
    ///   - width: Of the picture, in pixels.
    ///   - height: Of the picture, in pixels.
    init(_ choice: FigureChoice, width: Int, height: Int) {
        let box = Box(choice)
        let wide = max(box.right - box.left, 1)
        let high = max(box.bottom - box.top, 1)
        var step = max(wide / Double(width), high / Double(height))
        step = max(step, Self.leastSide / Double(min(width, height)))
        let left =
            box.isCutLeft && !box.isCutRight
            ? box.left
            : box.isCutRight && !box.isCutLeft
                ? box.right - step * Double(width)
                : (box.left + box.right - step * Double(width)) / 2
        let top =
            box.isCutBelow
            ? box.bottom - step * Double(height)
            : (box.top + box.bottom - step * Double(height)) / 2
        let scale = choice.layers[1]?.work.scale ?? 1
        let shrink = max(1, scale / step / Self.enlargement)
        field = FigureField(
            width: max(1, Int((Double(width) / shrink).rounded())),
            height: max(1, Int((Double(height) / shrink).rounded())), step: step * shrink,
            origin: SIMD2(left, top))
    }

    /// The bounds of a figure in units.
    private struct Box {
        var left = Double.infinity
        var right = -Double.infinity
        var top = Double.infinity
        var bottom = -Double.infinity
        var isCutLeft = false
        var isCutRight = false
        var isCutBelow = false

        init(_ choice: FigureChoice) {
            let field = FigureField.search
            var solid = FigureMask(width: field.width, height: field.height)
            for index in 0..<field.count {
                let alpha = choice.layers[Int(choice.labels[index])]?.colors.pointer[index].w ?? 0
                solid[index] = alpha > 0.3
            }
            solid = ConnectedParts.withoutSmall(solid)
            for y in 0..<field.height {
                for x in 0..<field.width where solid[y * field.width + x] {
                    let place = field.unit(x: x, y: y)
                    left = min(left, place.x - field.step / 2)
                    right = max(right, place.x + field.step / 2)
                    top = min(top, place.y - field.step / 2)
                    bottom = max(bottom, place.y + field.step / 2)
                }
            }
            if left > right { (left, right, top, bottom) = (0, 512, 0, 512) }
            if let base = choice.layers[1] { cut(at: base) }
            if !isCutLeft { left -= FigureView.margin }
            if !isCutRight { right += FigureView.margin }
            if !isCutBelow { bottom += FigureView.margin }
            top -= FigureView.margin
        }

        /// Ends where the base ends at the frame of its work.
        private mutating func cut(at base: FigureLayer) {
            let work = base.work
            let near = 3 * FigureField.search.step
            func unit(_ place: SIMD2<Double>) -> SIMD2<Double> {
                (place - work.points.neckPit) * work.scale + FigureField.neckPit
            }
            let low = unit(SIMD2(1, 1))
            let high = unit(SIMD2(Double(work.width - 2), Double(work.height - 2)))
            let raster = work.small
            let isOpaque = { (x: Int, y: Int) in raster.reachesFrame[y * raster.width + x] }
            let below = (0..<raster.width).count { isOpaque($0, raster.height - 1) }
            if below * 10 > raster.width, bottom > high.y - near {
                bottom = high.y
                isCutBelow = true
            }
            let atLeft = (0..<raster.height).count { isOpaque(0, $0) }
            if atLeft * 20 > raster.height, abs(left - low.x) < near {
                left = low.x
                isCutLeft = true
            }
            let atRight = (0..<raster.height).count { isOpaque(raster.width - 1, $0) }
            if atRight * 20 > raster.height, abs(right - high.x) < near {
                right = high.x
                isCutRight = true
            }
        }
    }
}
