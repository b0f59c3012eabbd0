/// The raster around a head, and where its pixels lie in the head's own directions.
struct HeadFrame {
    /// Where a pixel lies.
    struct Place {
        /// 0 in the middle of the head's oval, 1 on it.
        var oval: Double
        /// Below the chin, in lengths of the face; negative above.
        var below: Double
        /// To the right of the face's middle line, in lengths of the face.
        var aside: Double
        /// In pixels of the picture.
        var point: SIMD2<Double>
    }

    let width: Int
    let height: Int
    /// The middle of the oval, in pixels of the picture, and its half axes.
    let middle: SIMD2<Double>
    let along: SIMD2<Double>
    let across: SIMD2<Double>
    private let size: SIMD2<Double>
    private let origin: SIMD2<Double>
    private let step: Double
    private let eyes: SIMD2<Double>
    private let chin: SIMD2<Double>
    private let top: SIMD2<Double>
    private let down: SIMD2<Double>
    private let faceLength: Double
    private let torso: [SIMD2<Double>]
    private let torsoReach: Double
    /// Strokes along what is held, and along forearms.
    private let strokes: [[SIMD2<Double>]]

    init(_ points: FigureMarks, width pictureWidth: Int, height pictureHeight: Int) {
        let size = SIMD2(Double(pictureWidth), Double(pictureHeight))
        func place(_ mark: MarkPoint) -> SIMD2<Double> {
            SIMD2(Double(mark.x), Double(mark.y)) / 10_000 * size
        }
        func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }
        self.size = size
        eyes = (place(points.leftEye) + place(points.rightEye)) / 2
        chin = place(points.chin)
        top = place(points.headTop)
        faceLength = max(2, length(chin - eyes))
        down = (chin - eyes) / faceLength
        let headLength = max(1.6 * faceLength, length(chin - top))
        along = down * (headLength / 2)
        let half = max(0.4 * headLength, 0.75 * faceLength)
        across = SIMD2(-down.y, down.x) * -half
        // A head that looks to one side reaches further back on the other.
        middle = chin - along - across * (0.35 * Double(points.yaw) / 100)
        step = max(1, headLength / HeadOutline.headPixels)
        let low = middle - 1.35 * headLength
        let high = middle + 1.35 * headLength
        origin = SIMD2(max(0, low.x.rounded(.down)), max(0, low.y.rounded(.down)))
        width = max(3, Int((min(high.x, size.x) - origin.x) / step))
        height = max(3, Int((min(high.y, size.y) - origin.y) / step))
        let shoulders = (place(points.leftShoulder), place(points.rightShoulder))
        torso = [
            place(points.neckPit),
            (place(points.leftWaist) + place(points.rightWaist)) / 2, shoulders.0, shoulders.1,
        ]
        torsoReach = 0.12 * length(shoulders.1 - shoulders.0)
        strokes = (points.forearms + points.heldThings).map { $0.map(place) }
    }

    var rasterEyes: (x: Int, y: Int) {
        let place = (eyes - origin) / step
        return (min(max(Int(place.x), 0), width - 1), min(max(Int(place.y), 0), height - 1))
    }

    func columns(_ x: Int) -> Range<Int> { range(x, origin.x, size.x) }
    func rows(_ y: Int) -> Range<Int> { range(y, origin.y, size.y) }

    private func range(_ index: Int, _ start: Double, _ side: Double) -> Range<Int> {
        let low = min(Int(start + Double(index) * step), Int(side) - 1)
        let high = min(Int(start + Double(index + 1) * step), Int(side))
        return low..<max(low + 1, high)
    }

    /// Where a pixel of the raster lies in the picture, 0 to 1 across and down.
    func part(x: Int, y: Int) -> SIMD2<Double> {
        (origin + SIMD2(Double(x) + 0.5, Double(y) + 0.5) * step) / size
    }

    func place(x: Int, y: Int) -> Place {
        let point = origin + SIMD2(Double(x) + 0.5, Double(y) + 0.5) * step
        let offset = point - middle
        let alongPart = (offset * along).sum() / (along * along).sum()
        let acrossPart = (offset * across).sum() / (across * across).sum()
        let right = SIMD2(down.y, -down.x)
        return Place(
            oval: (alongPart * alongPart + acrossPart * acrossPart).squareRoot(),
            below: ((point - chin) * down).sum() / faceLength,
            aside: ((point - chin) * right).sum() / faceLength, point: point)
    }

    /// Whether a place surely belongs to the head: the face, and the line up to the head's top.
    func isFace(_ place: Place) -> Bool {
        let center = eyes + (chin - eyes) * 0.35
        let offset = place.point - center
        let upright = (offset * down).sum() / (0.6 * faceLength)
        let sideways = place.aside / 0.42
        if upright * upright + sideways * sideways < 1 { return true }
        let line = top - eyes
        let length = (line * line).sum()
        guard length > 0 else { return false }
        let part = ((place.point - eyes) * line).sum() / length
        guard (0...0.9).contains(part) else { return false }
        let gap = place.point - eyes - line * part
        return (gap * gap).sum() < 0.03 * faceLength * faceLength
    }

    /// Whether a place surely belongs to the body: the middle of the trunk, and the shoulders.
    func isBody(_ place: Place) -> Bool {
        let offset = place.point - torso[0]
        let line = torso[1] - torso[0]
        let length = max(1, (line * line).sum())
        let part = (offset * line).sum() / length
        if part > 0.02 {
            let gap = offset - line * min(1, part)
            if (gap * gap).sum() < torsoReach * torsoReach { return true }
        }
        let isShoulder = torso[2...].contains { end in
            let gap = place.point - end
            return (gap * gap).sum() < torsoReach * torsoReach
        }
        return isShoulder || isStroke(place.point)
    }

    /// Whether a forearm or a held thing is there.
    private func isStroke(_ point: SIMD2<Double>) -> Bool {
        let reach = 0.14 * faceLength
        return strokes.contains { stroke in
            zip(stroke, stroke.dropFirst()).contains { start, end in
                let line = end - start
                let part = ((point - start) * line).sum() / max(1, (line * line).sum())
                let gap = point - start - line * min(1, max(0, part))
                return (gap * gap).sum() < reach * reach
            }
        }
    }

    func isEdge(x: Int, y: Int) -> Bool {
        let point = origin + SIMD2(Double(x), Double(y)) * step
        let isAtPictureEdge = point.y < 2 * step
        return !isAtPictureEdge && (x == 0 || y == 0 || x == width - 1 || y == height - 1)
    }

    func picturePoint(_ corner: SIMD2<Double>) -> SIMD2<Double> { origin + corner * step }

    func mark(_ point: SIMD2<Double>) -> MarkPoint {
        let part = point / size * 10_000
        return MarkPoint(
            x: Int(min(max(part.x.rounded(), 0), 10_000)),
            y: Int(min(max(part.y.rounded(), 0), 10_000)))
    }
}
