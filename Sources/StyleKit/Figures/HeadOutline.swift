/// Proposes the outline of a head with its hair or hat from the ten points and the picture.
///
/// The colours inside an upright oval between chin and top of head, and those around it and on the
/// body, are each summed up by a few means. One minimum cut divides the pixels by which means they
/// are nearer to, by where they lie, and along edges of the picture (Boykov and Jolly, *Interactive
/// Graph Cuts for Optimal Boundary & Region Segmentation*, 2001); nothing is iterated.
struct HeadOutline {
    /// The height of the head in the raster in which the cut is sought, in pixels.
    static let headPixels = 96.0
    /// The means of each of the two groups of colours, and the rounds in which they are sought.
    private static let means = 7
    private static let rounds = 6
    /// The corners of the proposal, at most; a hand draws about as many.
    private static let corners = 48

    private let frame: HeadFrame
    private let colors: [SIMD4<Float>]
    /// Whether the character stands on a transparent ground: then what is opaque beside and above
    /// the face is most likely its head.
    private let isCutOut: Bool
    /// What the artist's own layers say; nil without such.
    private let layers: HeadLayers?

    /// - Parameters:
    ///   - picture: Of the work; of any size in its proportion.
    ///   - layers: Of the work's file; left aside where they do not show the eyes.
    init(_ marks: FigureMarks, in picture: Picture, layers: HeadLayers? = nil) {
        let frame = HeadFrame(marks, width: picture.width, height: picture.height)
        self.frame = frame
        self.layers = layers.flatMap { $0.showEyes(of: marks) ? $0 : nil }
        colors = Self.reduced(picture, frame)
        isCutOut = colors.count { $0.w < 0.4 } * 20 > colors.count
    }

    /// The oval that is proposed where nothing is known but the points.
    static func oval(_ marks: FigureMarks, width: Int, height: Int) -> [MarkPoint] {
        let frame = HeadFrame(marks, width: width, height: height)
        return (0..<24).map { step in
            let (cosine, sine) = Trigonometry.cosineAndSine(degrees: Float(step * 15))
            return frame.mark(
                frame.middle + Double(cosine) * frame.across + Double(sine) * frame.along)
        }
    }

    /// The corners of the proposed outline; nil where the cut leaves less than the oval of a face.
    var corners: [MarkPoint]? {
        let means = (head: means(of: .head), rest: means(of: .rest))
        let mask = cut(means.head, means.rest)
        guard let outline = MaskOutline(mask, around: frame.rasterEyes) else { return nil }
        let simple = outline.simplified(to: Self.corners)
        return simple.count < Limits.outlinePoints.lowerBound
            ? nil : simple.map { frame.mark(frame.picturePoint($0)) }
    }

    // MARK: Colours

    /// The straight colours of the raster: OKLab × 100, alpha 0 to 1.
    private static func reduced(_ picture: Picture, _ frame: HeadFrame) -> [SIMD4<Float>] {
        var colors: [SIMD4<Float>] = []
        colors.reserveCapacity(frame.width * frame.height)
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                let columns = frame.columns(x)
                var sum = SIMD4<Float>()
                var count: Float = 0
                for row in frame.rows(y) {
                    for column in columns {
                        let start = (row * picture.width + column) * 4
                        let alpha = Float(picture.pixels[start + 3]) / 255
                        let color = SIMD4<Float>(
                            Float(picture.pixels[start]), Float(picture.pixels[start + 1]),
                            Float(picture.pixels[start + 2]), 255)
                        sum += color * alpha
                        count += 1
                    }
                }
                guard sum.w > 0, count > 0 else {
                    colors.append(SIMD4())
                    continue
                }
                let mean = (sum / (sum.w / 255)).bytes()
                let lab = OKLab(red: mean.x, green: mean.y, blue: mean.z)
                let color = SIMD4(lab.lightness, lab.greenRed, lab.blueYellow, 0) * 100
                colors.append(SIMD4(color.x, color.y, color.z, sum.w / 255 / count))
            }
        }
        return colors
    }

    private enum Group { case head, rest }

    /// The means of the opaque colours that surely or probably belong to a group.
    private func means(of group: Group) -> [SIMD4<Float>] {
        var samples: [SIMD4<Float>] = []
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                let color = colors[y * frame.width + x]
                guard color.w > 0.6 else { continue }
                let place = frame.place(x: x, y: y)
                let isSample =
                    switch group {
                    case .head:
                        place.oval < 0.9 && !frame.isBody(place)
                            || isCutOut && place.oval < 1.5 && place.below < -0.2
                    case .rest:
                        frame.isBody(place)
                            || (isCutOut ? place.below > 1.1 : place.oval > 1.9)
                    }
                if isSample { samples.append(color) }
            }
        }
        return Self.means(of: samples)
    }

    /// k-means from colours that are spread over the lightnesses.
    private static func means(of samples: [SIMD4<Float>]) -> [SIMD4<Float>] {
        guard samples.count >= means else { return [] }
        let sorted = samples.map(\.x).sorted()
        var means = (0..<means).map { step -> SIMD4<Float> in
            let lightness = sorted[(2 * step + 1) * sorted.count / (2 * Self.means)]
            return samples.first { $0.x == lightness } ?? samples[0]
        }
        for _ in 0..<rounds {
            var sums = [SIMD4<Float>](repeating: SIMD4(), count: means.count)
            for sample in samples {
                let index = nearest(sample, means).index
                sums[index] += SIMD4(sample.x, sample.y, sample.z, 1)
            }
            for index in means.indices where sums[index].w > 0 {
                means[index] = sums[index] / sums[index].w
            }
        }
        return means
    }

    private static func nearest(
        _ color: SIMD4<Float>, _ means: [SIMD4<Float>]
    ) -> (index: Int, distance: Float) {
        var best = (index: 0, distance: Float.infinity)
        for (index, mean) in means.enumerated() {
            var gap = color - mean
            gap.w = 0
            // Light and shadow change the lightness of one thing more than its hue.
            gap *= SIMD4(0.7, 1.6, 1.6, 0)
            let distance = (gap * gap).sum()
            if distance < best.distance { best = (index, distance) }
        }
        return (best.index, best.distance.squareRoot())
    }

    // MARK: Cut

    private func cut(_ head: [SIMD4<Float>], _ rest: [SIMD4<Float>]) -> FigureMask {
        let flow = GridFlow(width: frame.width, height: frame.height)
        let scale = seamScale
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                let node = flow.node(x: x, y: y)
                let cost = costs(x, y, head, rest)
                flow.add(
                    node, onSourceSide: Int32(cost.head * 16), onSinkSide: Int32(cost.rest * 16))
                if x + 1 < frame.width {
                    let price = seam(x, y, x + 1, y, scale)
                    flow.addRight(node, price, back: price)
                }
                if y + 1 < frame.height {
                    let price = seam(x, y, x, y + 1, scale)
                    flow.addBelow(node, price, back: price)
                }
            }
        }
        flow.solve { false }
        var mask = FigureMask(width: frame.width, height: frame.height)
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                mask[y * frame.width + x] = !flow.isOnSinkSide(flow.node(x: x, y: y))
            }
        }
        // What is thinner than a lock of hair is no part of the outline.
        return mask.eroded(by: 1.5).dilated(by: 1.5).dilated(by: 2).eroded(by: 2)
    }

    /// What a pixel costs as a part of the head, and as none.
    private func costs(
        _ x: Int, _ y: Int, _ head: [SIMD4<Float>], _ rest: [SIMD4<Float>]
    ) -> (head: Float, rest: Float) {
        let place = frame.place(x: x, y: y)
        if frame.isFace(place) { return (0, 4_000) }
        if layers == nil, frame.isBody(place) { return (4_000, 0) }
        if frame.isEdge(x: x, y: y) { return (4_000, 0) }
        if let layers {
            // The artist has divided the drawing already; edges only settle what is half and half.
            let part = layers.part(at: frame.part(x: x, y: y))
            return (600 * max(0, 1 - 2 * part), 600 * max(0, 2 * part - 1))
        }
        let color = colors[y * frame.width + x]
        var cost: (head: Float, rest: Float) = (0, 0)
        if color.w < 0.4 {
            // Nothing is there: the outline may run either way round it.
            cost.head = 1
        } else if !head.isEmpty, !rest.isEmpty {
            let own = Self.nearest(color, head).distance
            let other = Self.nearest(color, rest).distance
            let part = (own - other) / (own + other + 3)
            if part > 0 { cost.head = part * 14 } else { cost.rest = -part * 14 }
        }
        let far = Float(place.oval - 1)
        let isBeside = isCutOut && place.below < 0
        if far > 0 {
            cost.head += min(40, far * (isBeside ? 3 : isCutOut ? 7 : 14))
        } else {
            cost.rest += min(14, -far * 20)
        }
        if isBeside, color.w >= 0.4 { cost.rest += 7 }
        if place.below > 0 {
            // Locks of hair hang beside the neck, not before it.
            let isNeck = abs(place.aside) < 0.55
            cost.head += Float(place.below) * (isNeck ? 60 : isCutOut ? 7 : 12)
        }
        return cost
    }

    /// The mean squared difference of neighbours.
    private var seamScale: Float {
        var sum: Float = 0
        for index in 1..<max(2, colors.count) where index < colors.count {
            let gap = colors[index] - colors[index - 1]
            sum += (gap * gap).sum()
        }
        return max(4, sum / Float(max(1, colors.count)))
    }

    private func seam(_ x: Int, _ y: Int, _ otherX: Int, _ otherY: Int, _ scale: Float) -> Int32 {
        let here = colors[y * frame.width + x]
        let there = colors[otherY * frame.width + otherX]
        var gap = here - there
        gap.w *= 40
        let difference = Double((gap * gap).sum() / (2 * scale))
        return Int32(16 * (1 + 22 * Curves.exponential(-min(30, difference))))
    }
}

extension FigureMarks {
    /// Checks marks without an outline, which becomes an oval by the points.
    ///
    /// - Parameters:
    ///   - points: Ten, in the order of ``points``.
    ///   - width: The work's, in pixels; of any scale.
    ///   - height: The work's, in pixels.
    /// - Throws: ``FigureMarksError``.
    public init(
        points: [MarkPoint], yaw: Int, forearms: [[MarkPoint]] = [],
        heldThings: [[MarkPoint]] = [], width: Int, height: Int
    ) throws(FigureMarksError) {
        guard points.count == 10 else {
            throw .wrongPointCount(.points, count: points.count, allowed: 10...10)
        }
        guard points.allSatisfy(\.isInside) else { throw .outside(.points) }
        let rough = FigureMarks(
            unchecked: points, yaw: yaw, headOutline: [], forearms: forearms,
            heldThings: heldThings)
        self.init(
            unchecked: points, yaw: yaw,
            headOutline: HeadOutline.oval(rough, width: max(1, width), height: max(1, height)),
            forearms: forearms, heldThings: heldThings)
        try check()
    }

    /// The same marks with an outline of the head that is found in the picture, and is to be looked
    /// at before it is used.
    ///
    /// - Parameters:
    ///   - picture: The work, of any size in its proportion.
    ///   - layers: What the layers of the work's file say of the head.
    public func withProposedOutline(
        in picture: Picture, layers: HeadLayers? = nil
    ) -> FigureMarks {
        guard let corners = HeadOutline(self, in: picture, layers: layers).corners else {
            return self
        }
        let proposal = FigureMarks(
            unchecked: points, yaw: yaw, headOutline: corners, forearms: forearms,
            heldThings: heldThings)
        do throws(FigureMarksError) {
            try proposal.check()
            return proposal
        } catch {
            // An outline past the eyes is no help: the old one stays.
            return self
        }
    }
}
