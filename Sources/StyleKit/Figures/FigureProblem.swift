/// The labels of the pixels of a figure: which donor each comes from.
enum FigureLabel {
    static let head: UInt8 = 0
    static let base: UInt8 = 1
    static let clear: UInt8 = 2
    /// The mirrored base, where its own head was.
    static let mirror: UInt8 = 3
    static let second: UInt8 = 4
}

/// The half of the figure into which the second body is pulled.
enum FigureHalf: Int, CaseIterable {
    case lower
    case upper
    case left
    case right
}

/// The donors of one figure in one raster, and what each pixel costs by donor.
struct FigureProblem {
    /// Costs of a pixel, in units of `LabelCut`; see Docs/images.md.
    private enum Price {
        static let insideBase: Float = 400
        static let hole: Float = 60
        static let wideHead: Float = 3
        static let mirror: Float = 0.5
        static let half: Float = 0.8
        static let ramp = 45.0
        /// At the size of the search a cost stands for sixteen pixels of the frame.
        static let most: Float = 2_000
    }

    let field: FigureField
    let head: FigureLayer
    let base: FigureLayer
    let mirror: FigureLayer?
    let second: FigureLayer?
    /// By label.
    private(set) var costs: [[Int32]] = []
    /// Where the base's head leaves a hole in the body.
    private(set) var hole: FigureMask

    /// By label; nil for the transparent one.
    var layers: [FigureLayer?] {
        let bodies: [FigureLayer?] = [head, base, nil, mirror]
        return second == nil ? bodies : bodies + [second]
    }

    init(
        head: FigureLayer, base: FigureLayer, mirror: FigureLayer? = nil,
        second: FigureLayer? = nil, secondArea: FigureMask? = nil, half: FigureHalf = .upper,
        masks: FigureMasks? = nil
    ) {
        self.field = base.field
        self.head = head
        self.base = base
        self.mirror = mirror
        self.second = second
        hole = FigureMask(width: base.field.width, height: base.field.height)
        let masks = masks ?? FigureMasks(head: head, base: base, mirror: mirror)
        hole = masks.hole
        prepare(masks, secondArea ?? second?.usableArea, half)
    }

    private mutating func prepare(
        _ masks: FigureMasks, _ secondArea: FigureMask?, _ half: FigureHalf
    ) {
        let count = field.count
        // A pixel of the search stands for many of the frame.
        let area = Float(field.step * field.step)
        let scale = LabelCut.unit * (field.step > 2 ? area : Float(field.step))
        func cost(_ value: Float) -> Int32 { Int32(min(value, Price.most) * scale) }
        var table = [[Int32]](
            repeating: [Int32](repeating: 0, count: count), count: second == nil ? 4 : 5)
        let (wide, mirrored) = (cost(Price.wideHead), cost(Price.mirror))
        let (inside, hole) = (cost(Price.insideBase), cost(Price.hole))
        for index in 0..<count {
            let isCore = masks.core[index]
            let isRemoved = masks.removed[index]
            table[0][index] =
                masks.allowed[index]
                ? (masks.near[index] ? 0 : wide) : LabelCut.never
            table[1][index] = isCore || isRemoved ? LabelCut.never : 0
            table[2][index] =
                isCore
                ? LabelCut.never
                : isRemoved
                    ? (masks.hole[index] ? hole : 0) : base.isOpaque(index) ? inside : 0
            table[3][index] =
                mirror != nil && !isCore && masks.mirrorArea[index] ? mirrored : LabelCut.never
            guard let secondArea else { continue }
            if isCore || !secondArea[index] { table[4][index] = LabelCut.never }
        }
        costs = table
        if second != nil { pull(half, scale: scale) }
    }

    /// Makes the base dear in one half, and the second body in the other.
    private mutating func pull(_ half: FigureHalf, scale: Float) {
        let points = base.points
        let middleY = 0.55 * points.neckPit.y + 0.45 * points.waist.y
        let middleX = (points.neckPit.x + points.waist.x) / 2
        for y in 0..<field.height {
            for x in 0..<field.width {
                let place = field.unit(x: x, y: y)
                let depth =
                    switch half {
                    case .lower: place.y - middleY
                    case .upper: middleY - place.y
                    case .left: middleX - 25 - place.x
                    case .right: place.x - middleX - 25
                    }
                let part = Float(max(-1, min(1, depth / Price.ramp)))
                let price = Int32(abs(part) * Price.half * scale)
                let label = part > 0 ? 1 : 4
                let index = y * field.width + x
                if costs[label][index] < LabelCut.forbidden { costs[label][index] += price }
            }
        }
    }

    /// Sixteenths by which seams are dearer: on skin off the neck, on held things, on forearms.
    func seamWeights() -> [UInt8] {
        let bodies = [base, mirror, second].compactMap { $0 }
        let likenesses = bodies.map { SkinLikeness($0.skin) }
        let neck = base.points.neckPit * 0.7 + base.points.chin * 0.3
        var weights = [UInt8](repeating: 16, count: field.count)
        for y in 0..<field.height {
            for x in 0..<field.width {
                let index = y * field.width + x
                var skin: Float = 0
                var protection: UInt8 = 0
                for (body, likeness) in zip(bodies, likenesses) {
                    let color = body.colors.pointer[index]
                    guard color.w > 0 else { continue }
                    skin = max(skin, likeness.narrow(FigureColor.lab(color)) * color.w)
                    protection = max(protection, body.protection.values[index])
                }
                let gap = (field.unit(x: x, y: y) - neck) / (base.headSize * SIMD2(1.1, 1.2))
                if (gap * gap).sum() < 1 { skin = 0 }
                weights[index] = UInt8(16 + 24 * skin + 48 * Float(protection) / 255)
            }
        }
        return weights
    }

    var features: [PaddedBuffer<SIMD4<UInt8>>?] { layers.map { $0?.features } }
}

/// Where the donors of a figure may be, before a second body is chosen.
struct FigureMasks {
    /// Certainly the head's.
    let core: FigureMask
    let allowed: FigureMask
    /// Where the head costs nothing.
    let near: FigureMask
    /// The base's own head, which goes.
    let removed: FigureMask
    let hole: FigureMask
    let mirrorArea: FigureMask

    init(head: FigureLayer, base: FigureLayer, mirror: FigureLayer?) {
        let field = base.field
        let step = field.step
        var core = head.head.eroded(by: 4 / step)
        for index in 0..<field.count where !head.isOpaque(index) { core[index] = false }
        self.core = core
        let neck = Self.neck(head, field: field)
        var allowed = head.head.dilated(by: 8 / step).union(neck)
        for index in 0..<field.count where !head.isInside[index] && !head.head[index] {
            allowed[index] = false
        }
        self.allowed = allowed
        near = head.head.dilated(by: max(2 / step, 0.6)).union(neck)
        removed = base.removedHead
        let points = base.points
        let left = points.leftShoulder.x * 0.7 + points.neckPit.x * 0.3
        let right = points.rightShoulder.x * 0.7 + points.neckPit.x * 0.3
        var hole = removed
        for y in 0..<field.height {
            for x in 0..<field.width where hole[y * field.width + x] {
                let place = field.unit(x: x, y: y)
                hole[y * field.width + x] =
                    place.y > points.neckPit.y - 4 && place.x > left && place.x < right
            }
        }
        self.hole = hole
        if let mirror {
            mirrorArea = removed.dilated(by: 14 / step).subtracting(mirror.removedHead)
                .intersection(mirror.isInside)
        } else {
            mirrorArea = FigureMask(width: field.width, height: field.height)
        }
    }

    /// The trapezium from the chin to the pit of the neck.
    private static func neck(_ head: FigureLayer, field: FigureField) -> FigureMask {
        let radius = head.headSize / 2
        let (chin, pit) = (head.points.chin, head.points.neckPit)
        var mask = FigureMask(width: field.width, height: field.height)
        mask.fill(
            [
                chin + SIMD2(-radius, -radius * 0.3), chin + SIMD2(radius, -radius * 0.3),
                pit + SIMD2(radius * 0.7, 4), pit + SIMD2(-radius * 0.7, 4),
            ].map(field.pixel))
        return mask
    }
}
