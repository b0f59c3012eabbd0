/// Colours that move: the body's skin to the head's, cloth to another cloth's, hair.
extension FigureLayer {
    /// Moves the skin to another colour: near colours anywhere, also shadows and blush on forearms
    /// and the neck.
    mutating func moveSkin(to target: SIMD3<Float>, executor: RowParallelExecutor) {
        let old = skin
        let move = target - old
        guard (move * move).sum() > 0.5 else { return }
        let likeness = SkinLikeness(old)
        let area = skinArea
        recolor(executor: executor) { index, color in
            let lab = FigureColor.lab(color)
            let part = max(likeness.narrow(lab), likeness.wide(lab) * area[index])
            guard part > 0.004 else { return color }
            let depth = max(0.35, min(1.2, color.x / max(old.x, 20)))
            let shift = SIMD4(
                move.x * max(0.4, min(1, depth)), move.y * depth, move.z * depth, 0)
            return color + shift * part
        }
        skin = target
    }

    /// 0 to 1: forearms and the neck.
    private var skinArea: [Float] {
        var arms = FigureMask(width: field.width, height: field.height)
        for part in parts.dropFirst(heldCount) { arms = arms.union(part) }
        var area = GaussianBlur(deviation: max(0.5, 3 / field.step))
            .blur(arms.dilated(by: 4 / field.step))
        let neck = points.neckPit * 0.6 + points.chin * 0.4
        for y in 0..<field.height {
            for x in 0..<field.width {
                let gap = (field.unit(x: x, y: y) - neck) / (headSize * SIMD2(1, 1.1))
                let part = (1.1 - (gap * gap).sum().squareRoot()) / 0.2
                let index = y * field.width + x
                area[index] = max(area[index], Float(max(0, min(1, part))))
            }
        }
        return area
    }

    /// Moves a cloth's colour to another; skin stays.
    ///
    /// The chroma of a cloth grows with its lightness, so colours are compared with the cloth's as
    /// it would be at their lightness.
    mutating func moveCloth(
        from cloth: SIMD3<Float>, to target: SIMD3<Float>, executor: RowParallelExecutor
    ) {
        let reach: Float = 4.5
        let isColored = cloth.y * cloth.y + cloth.z * cloth.z > 9
        let likeness = SkinLikeness(skin)
        let lift = max(-8, min(8, target.x - cloth.x))
        recolor(executor: executor) { index, color in
            let depth = max(0.4, min(1.6, color.x / max(cloth.x, 15)))
            let a = color.y - cloth.y * depth
            let b = color.z - cloth.z * depth
            let square = (a * a + b * b) / (reach * reach)
            var part = Curves.gaussian(square)
            guard part > 0.004 else { return color }
            let skin = likeness.narrow(FigureColor.lab(color)) * 0.9
            if isColored { part *= 1 - skin }
            if square < 0.49 { part = max(part, 0.85 * (1 - skin)) }
            return color
                + SIMD4(
                    lift * min(1, depth), (target.y - cloth.y) * depth,
                    (target.z - cloth.z) * depth, 0) * part
        }
    }

    /// Moves the main cloths to those of another body that they are most like.
    mutating func moveCloths(
        from own: [FigureWork.Cloth], to others: [FigureWork.Cloth], executor: RowParallelExecutor
    ) {
        for cloth in own.prefix(3) where cloth.share >= 0.12 && Self.chroma(cloth.color) >= 4 {
            func distance(_ other: SIMD3<Float>) -> Float {
                abs(other.x - cloth.color.x) * 0.7 + Self.chroma(other - cloth.color)
            }
            let nearest = others.filter { $0.share > 0.12 }
                .min { distance($0.color) < distance($1.color) }
            guard let nearest else { continue }
            moveCloth(from: cloth.color, to: nearest.color, executor: executor)
        }
    }

    static func chroma(_ color: SIMD3<Float>) -> Float {
        (color.y * color.y + color.z * color.z).squareRoot()
    }

    /// Moves the hair's colour; the face and what has other colours, such as a crown, stays.
    mutating func moveHair(to target: SIMD3<Float>, executor: RowParallelExecutor) {
        let hair = work.hair
        let move = target - hair
        let lift = max(-22, min(14, move.x))
        let middle = points.betweenEyes * 0.65 + points.chin * 0.35
        let (size, skin, field) = (headSize, self.skin, self.field)
        let area = GaussianBlur(deviation: max(0.5, 2 / field.step)).blur(head)
        recolor(executor: executor) { index, color in
            guard area[index] > 0.004 else { return color }
            let place = field.unit(x: index % field.width, y: index / field.width)
            let gap = (place - middle) / (size * SIMD2(0.62, 0.95))
            let outside = Float((gap * gap).sum().squareRoot() - 0.85) / 0.25
            guard outside > 0 else { return color }
            let depth = max(0.3, min(1.6, color.x / max(hair.x, 15)))
            let a = (color.y - hair.y * depth) / 5
            let b = (color.z - hair.z * depth) / 5
            let skinA = (color.y - skin.y) / 2
            let skinB = (color.z - skin.z) / 2.5
            let dark = min(color.x - skin.x, 0) / 9
            let isSkin = Curves.gaussian(skinA * skinA + skinB * skinB + dark * dark)
            let part =
                min(1, outside) * area[index] * Curves.gaussian(a * a + b * b)
                * (1 - 0.9 * isSkin)
            return color
                + SIMD4(lift * min(1.2, depth), move.y * depth, move.z * depth, 0) * part
        }
    }
}
