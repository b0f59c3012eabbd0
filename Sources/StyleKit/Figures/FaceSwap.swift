/// Gives a head the eyes, nose and mouth of another, all three from one work.
struct FaceSwap {
    /// The greatest cost of the seam, over the root of the face's area, of a face that fits.
    static let greatestScore = 64.0
    /// The most that both faces may be turned away from each other, and how far from the front.
    static let greatestTurn = 0.2
    static let greatestYaw = 0.55

    /// The head with the other face.
    let head: FigureLayer
    /// The pixels of the other face, and where in its work each is from.
    let face: FigureMask
    let places: PaddedBuffer<SIMD2<Float>>
    /// The cost of the seam over the root of the face's area.
    let score: Double

    /// - Returns: nil if there is no room for the face.
    init?(
        _ head: FigureLayer, donor: FigureWork, raster: FigureRaster, isMirrored: Bool,
        executor: RowParallelExecutor
    ) {
        let targets = head.points.face
        let sources = donor.points(isMirrored: isMirrored).face
        // Part of the way towards the donor's own proportions.
        let alike = Similarity(from: targets, to: sources)
        let wanted = zip(targets, sources).map { alike.source($0) * 0.3 + $1 * 0.7 }
        let map = ThinPlateSpline(from: targets, to: wanted, stiffness: 3)
        var layer = FigureLayer(
            donor, raster: raster, isMirrored: isMirrored, field: head.field, map: map,
            points: head.points, headSize: head.headSize, executor: executor)
        let move = SIMD4(head.skin - donor.skin, 0)
        layer.recolor(executor: executor) { $1 + move }
        guard let cut = Self.cut(head, layer, executor) else { return nil }
        face = cut.face
        places = layer.places
        score = cut.score
        self.head = Self.blended(head, layer, cut.face, executor)
    }

    /// Brows, eyes, nose and mouth.
    private static func core(_ points: FigurePoints, field: FigureField) -> FigureMask {
        let line = points.rightEye - points.leftEye
        let distance = max(1e-6, FigurePoints.length(line))
        let across = line / distance
        let up = SIMD2(across.y, -across.x)
        let radius = 0.3 * distance
        let (wide, high, low) = (across * radius, up * radius, up * radius)
        var mask = FigureMask(width: field.width, height: field.height)
        mask.fill(
            [
                points.leftEye - wide * 1.05 - low * 0.7, points.leftEye - wide * 1.05 + high * 0.9,
                points.rightEye + wide * 1.05 + high * 0.9,
                points.rightEye + wide * 1.05 - low * 0.7, points.mouth + wide + high * 0.4,
                points.mouth + wide * 0.9 - low * 0.6, points.mouth - wide * 0.9 - low * 0.6,
                points.mouth - wide + high * 0.4,
            ].map(field.pixel))
        return mask
    }

    private static func cut(
        _ head: FigureLayer, _ layer: FigureLayer, _ executor: RowParallelExecutor
    ) -> (face: FigureMask, score: Double)? {
        let field = head.field
        let core = core(head.points, field: field)
        let eyes = FigurePoints.length(head.points.rightEye - head.points.leftEye)
        let allowed = core.dilated(by: max(4, 0.34 * eyes) / field.step)
        var own = [Int32](repeating: 0, count: field.count)
        var other = own
        for index in 0..<field.count {
            if core[index] { own[index] = LabelCut.never }
            let isThere = allowed[index] && head.isOpaque(index) && layer.isOpaque(index)
            if !isThere && !core[index] { other[index] = LabelCut.never }
        }
        let cut = LabelCut(
            width: field.width, height: field.height, costs: [own, other],
            seams: SeamCosts(
                [head.features, layer.features], width: field.width, count: field.count,
                weights: nil, area: allowed),
            change: 1, isCancelled: { executor.isCancelled })
        let labels = cut.expanded(
            from: cut.cheapest, rounds: 1, flow: GridFlow(width: field.width, height: field.height))
        var face = FigureMask(width: field.width, height: field.height)
        for index in 0..<field.count { face[index] = labels[index] == 1 }
        let area = face.count
        guard area > 12 else { return nil }
        return (face, cut.seamEnergy(of: labels) / Double(area).squareRoot())
    }

    /// The small differences along the seam fade into the face, and it blends in within a pixel.
    private static func blended(
        _ head: FigureLayer, _ layer: FigureLayer, _ face: FigureMask,
        _ executor: RowParallelExecutor
    ) -> FigureLayer {
        let bound = SIMD4<Float>(10, 4, 5, 0)
        let membrane = ScreenedMembrane(face, decay: 0.0005) { index in
            let gap = head.colors.pointer[index] - layer.colors.pointer[index]
            let size = (abs(gap.x) + 1.6 * abs(gap.y) + 1.6 * abs(gap.z)) / 9
            return (
                gap.clamped(lowerBound: -bound, upperBound: bound),
                Curves.gaussian(size * size) + 0.004
            )
        }
        let corrected = PaddedBuffer<SIMD4<Float>>(count: face.values.count, filledWith: SIMD4())
        corrected.pointer.update(from: layer.colors.pointer, count: face.values.count)
        membrane.solve(isCancelled: { executor.isCancelled }) { index, correction in
            corrected.pointer[index] += correction
        }
        let part = GaussianBlur(deviation: 0.8).blur(face)
        var result = head
        result.recolor(executor: executor) { index, color in
            guard part[index] > 0.004, layer.colors.pointer[index].w > 0.5 else { return color }
            var mixed = color * (1 - part[index]) + corrected.pointer[index] * part[index]
            mixed.w = color.w
            return mixed
        }
        return result
    }
}
