extension FigureMarks {
    /// The work with its marks drawn over it, to look at.
    ///
    /// Every line has a dark rim and a bright middle, so that it is seen on any picture.
    ///
    /// - Parameter picture: The work, of any size in its proportion.
    public func drawn(over picture: Picture) -> Picture {
        MarkedPicture(self, over: picture).picture
    }
}

/// A drawing of marks over a work.
private struct MarkedPicture {
    /// The longer side of the drawing in pixels: small works are enlarged, large ones reduced.
    private static let sides = 900...1_600

    private enum Paint {
        static let rim = Sheet.ink(0x14120F)
        static let outline = Sheet.ink(0x35D6E8)
        static let forearm = Sheet.ink(0xFFA62B)
        static let held = Sheet.ink(0xFF6BB5)
        static let point = Sheet.ink(0xFFF04D)
    }

    private let marks: FigureMarks
    private var sheet: Sheet
    private let size: SIMD2<Float>

    init(_ marks: FigureMarks, over work: Picture) {
        self.marks = marks
        let longer = max(work.width, work.height)
        let side = min(max(longer, Self.sides.lowerBound), Self.sides.upperBound)
        let width = max(1, work.width * side / longer)
        let height = max(1, work.height * side / longer)
        size = SIMD2(Float(width), Float(height))
        sheet = Sheet(width: width, height: height, paper: Sheet.ink(0xD9D6CF))
        let executor = RowParallelExecutor(threads: 1)
        sheet.lay(
            Canvas(work).scaled(width: width, height: height, executor: executor),
            over: SheetBox(left: 0, top: 0, right: size.x, bottom: size.y), radius: 0)
        draw()
    }

    var picture: Picture { sheet.picture }

    private mutating func draw() {
        for stroke in marks.heldThings { line(stroke, width: 4, Paint.held) }
        for stroke in marks.forearms { line(stroke, width: 4, Paint.forearm) }
        line(marks.headOutline + marks.headOutline.prefix(1), width: 3, Paint.outline)
        let eyes = MarkPoint.middle(marks.leftEye, marks.rightEye)
        let gaze = MarkPoint(
            x: eyes.x + (marks.chin.y - eyes.y) * marks.yaw / 100, y: eyes.y)
        if marks.yaw != 0 { line([eyes, gaze], width: 3, Paint.point) }
        let names = [
            "", "", "mouth", "chin", "top", "neck", "shoulder", "shoulder", "waist", "waist",
        ]
        for (mark, name) in zip(marks.points, names) { point(mark, name) }
    }

    private func place(_ mark: MarkPoint) -> SIMD2<Float> {
        SIMD2(Float(mark.x), Float(mark.y)) / 10_000 * size
    }

    private mutating func line(_ points: [MarkPoint], width: Float, _ ink: Sheet.Ink) {
        let places = points.map(place)
        // Piece by piece, as each looks at its own rectangle only.
        let pieces = zip(places, places.dropFirst()).map { [$0, $1] }
        for piece in pieces { sheet.stroke([piece], width: width + 3, Paint.rim) }
        for piece in pieces { sheet.stroke([piece], width: width, ink) }
    }

    private mutating func point(_ mark: MarkPoint, _ name: String) {
        let middle = place(mark)
        sheet.stroke([[middle]], width: 13, Paint.rim)
        sheet.stroke([[middle]], width: 9, Paint.point)
        guard !name.isEmpty else { return }
        let isAtRight = middle.x > size.x * 0.85
        let x = middle.x + (isAtRight ? -10 : 10)
        for (weight, ink) in [(Float(5), Paint.rim), (1.6, Paint.point)] {
            sheet.write(
                name, x: x, base: middle.y + 5, size: 10, weight: weight,
                align: isAtRight ? .right : .left, ink)
        }
    }
}
