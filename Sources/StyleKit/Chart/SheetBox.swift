/// A rectangle on a sheet, in pixels from its top left corner.
struct SheetBox {
    var left: Float
    var top: Float
    var right: Float
    var bottom: Float

    var width: Float { right - left }
    var height: Float { bottom - top }

    func inset(by rim: Float) -> SheetBox {
        SheetBox(left: left + rim, top: top + rim, right: right - rim, bottom: bottom - rim)
    }

    /// How much of a pixel lies inside, 0 to 1.
    func coverage(x: Int, y: Int, radius: Float) -> Float {
        let middle = SIMD2((left + right) / 2, (top + bottom) / 2)
        let half = SIMD2(width / 2 - radius, height / 2 - radius)
        let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - middle
        let away = SIMD2(abs(place.x), abs(place.y)) - half
        let outside = pointwiseMax(away, SIMD2())
        let gap = (outside * outside).sum().squareRoot() + min(0, max(away.x, away.y)) - radius
        return min(1, max(0, 0.5 - gap))
    }
}
