extension Sheet {
    enum Alignment {
        case left, middle, right
    }

    /// Writes one line; capitals are `size` pixels high and stand on `base`.
    mutating func write(
        _ text: String, x: Float, base: Float, size: Float, weight: Float = 1.15,
        align: Alignment = .left, _ ink: Ink
    ) {
        let length = Lettering.width(of: text, size: size)
        let left =
            switch align {
            case .left: x
            case .middle: x - length / 2
            case .right: x - length
            }
        for glyph in Lettering.strokes(
            of: text, size: size, { SIMD2(left + $0.x, base - $0.y) })
        {
            stroke(glyph, width: weight * size / 10, ink)
        }
    }

    /// The text, cut with an ellipsis where it is longer than `room`.
    static func fitted(_ text: String, size: Float, room: Float) -> String {
        guard Lettering.width(of: text, size: size) > room else { return text }
        var cut = text
        while !cut.isEmpty, Lettering.width(of: cut + "…", size: size) > room { cut.removeLast() }
        return cut + "…"
    }
}
