/// The ten points of a figure, in pixels of its work or in units of the frame; left and right as
/// seen in the picture.
struct FigurePoints {
    var leftEye: SIMD2<Double>
    var rightEye: SIMD2<Double>
    var mouth: SIMD2<Double>
    var chin: SIMD2<Double>
    var headTop: SIMD2<Double>
    var neckPit: SIMD2<Double>
    var leftShoulder: SIMD2<Double>
    var rightShoulder: SIMD2<Double>
    var leftWaist: SIMD2<Double>
    var rightWaist: SIMD2<Double>

    func mapped(_ map: (SIMD2<Double>) -> SIMD2<Double>) -> FigurePoints {
        FigurePoints(
            leftEye: map(leftEye), rightEye: map(rightEye), mouth: map(mouth), chin: map(chin),
            headTop: map(headTop), neckPit: map(neckPit), leftShoulder: map(leftShoulder),
            rightShoulder: map(rightShoulder), leftWaist: map(leftWaist),
            rightWaist: map(rightWaist))
    }

    /// The points of the mirrored figure.
    ///
    /// - Parameter width: Of the work, in pixels.
    func mirrored(width: Int) -> FigurePoints {
        var points = mapped { SIMD2(Double(width - 1) - $0.x, $0.y) }
        swap(&points.leftEye, &points.rightEye)
        swap(&points.leftShoulder, &points.rightShoulder)
        swap(&points.leftWaist, &points.rightWaist)
        return points
    }

    var betweenEyes: SIMD2<Double> { (leftEye + rightEye) / 2 }
    var waist: SIMD2<Double> { (leftWaist + rightWaist) / 2 }
    /// The five by which bodies are laid over each other.
    var body: [SIMD2<Double>] { [neckPit, leftShoulder, rightShoulder, leftWaist, rightWaist] }
    /// The four by which faces are laid over each other.
    var face: [SIMD2<Double>] { [leftEye, rightEye, mouth, chin] }

    static func length(_ vector: SIMD2<Double>) -> Double {
        (vector * vector).sum().squareRoot()
    }
}

/// The rectangle of the frame that a raster shows.
///
/// The frame is where all figures are laid over each other: the pit of the neck is at (256, 190),
/// and the mean of the width of the shoulders and the length of the trunk is 185 units.
struct FigureField: Equatable {
    static let neckPit = SIMD2<Double>(256, 190)
    static let build = 185.0

    let width: Int
    let height: Int
    /// The side of a pixel in units.
    let step: Double
    /// The upper left corner of the raster.
    let origin: SIMD2<Double>

    /// What figures are searched in: wide enough for outstretched arms.
    static let search = FigureField(
        width: 168, height: 144, step: 4, origin: SIMD2(-80.5, -24.5))

    var count: Int { width * height }

    /// The middle of a pixel in units.
    @inline(__always)
    func unit(x: Int, y: Int) -> SIMD2<Double> {
        origin + SIMD2(Double(x) + 0.5, Double(y) + 0.5) * step
    }

    /// A place of the frame in pixels; the middles of pixels are whole numbers.
    @inline(__always)
    func pixel(_ unit: SIMD2<Double>) -> SIMD2<Double> { (unit - origin) / step - 0.5 }
}

/// Says where in a work a place of the frame is, in pixels of the work as it is learned.
package protocol FigureMap {
    /// The place in the work.
    func source(_ unit: SIMD2<Double>) -> SIMD2<Double>
}

/// Moves and scales alike in both directions; may turn too.
struct Similarity: FigureMap {
    /// The image of the origin, and of the first axis as a complex number.
    let offset: SIMD2<Double>
    let turn: SIMD2<Double>

    /// Scales about a place.
    init(center: SIMD2<Double>, to target: SIMD2<Double>, scale: Double) {
        turn = SIMD2(scale, 0)
        offset = target - center * scale
    }

    /// The one that maps points to others with the least squared error.
    init(from points: [SIMD2<Double>], to targets: [SIMD2<Double>]) {
        let count = Double(points.count)
        let center = points.reduce(SIMD2(), +) / count
        let target = targets.reduce(SIMD2(), +) / count
        var sum = SIMD2<Double>()
        var square = 0.0
        for (point, other) in zip(points, targets) {
            let a = point - center
            let b = other - target
            sum += SIMD2(a.x * b.x + a.y * b.y, a.x * b.y - a.y * b.x)
            square += (a * a).sum()
        }
        turn = sum / max(square, 1e-9)
        offset = target - Self.multiply(turn, center)
    }

    @inline(__always)
    func source(_ unit: SIMD2<Double>) -> SIMD2<Double> { Self.multiply(turn, unit) + offset }

    @inline(__always)
    private static func multiply(_ left: SIMD2<Double>, _ right: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(left.x * right.x - left.y * right.y, left.x * right.y + left.y * right.x)
    }
}
