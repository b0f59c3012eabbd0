/// The sizes through which a picture grows, coarse to fine.
struct PyramidPlan {
    struct Size: Equatable {
        var width: Int
        var height: Int
    }

    /// The short side of the coarsest level, where the layout is made.
    static let coarsest = 64
    /// Works are enlarged at most this much; beyond, the finished picture is enlarged instead.
    static let enlargement = 1.35

    /// The picture's size at every level.
    let sizes: [Size]
    /// Every level's size as a part of the finest.
    let scales: [Double]
    /// For every work its size at the finest level; nil if it is left out.
    ///
    /// The choice is the same for sixteen seeds in a row, as for all drafts of a sheet.
    let works: [Size?]

    init(settings: GenerationSettings, works entries: [StyleModel.WorkEntry]) {
        let short = min(settings.width, settings.height)
        // Works that are left out have a say too, so that leaving one out changes little else.
        let shorts = entries.map { min($0.learnedWidth, $0.learnedHeight) }.sorted()
        let median = Double(shorts[shorts.count / 2])
        let finest = max(Double(Self.coarsest), min(Double(short), median * Self.enlargement))
        let scale = finest / Double(short)
        let full = Size(
            width: Int((Double(settings.width) * scale).rounded()),
            height: Int((Double(settings.height) * scale).rounded()))
        let steps = Self.steps(from: Self.coarsest, to: finest)
        scales = steps.map { $0 / finest }
        sizes = scales.map { Self.scaled(full, by: $0) }
        let leftOut = Set(settings.works.filter(\.isLeftOut).map(\.workID))
        works = Self.workSizes(
            entries.map { leftOut.contains($0.id) ? nil : $0 }, finest: finest,
            seed: settings.seed >> 4)
    }

    /// The first level with a short side of at least this; nil is the finest.
    func level(shortSide: Int?) -> Int {
        let last = sizes.count - 1
        guard let shortSide else { return last }
        return sizes.firstIndex { min($0.width, $0.height) >= shortSide } ?? last
    }

    /// How far strokes reach, in pixels, where the works are roughed in as sketches are: the same
    /// part of the picture on every level, so that a fine level does not take strokes for areas.
    func areaRadius(level: Int) -> Int {
        max(2, min(sizes[level].width, sizes[level].height) / Self.coarsest)
    }

    /// A size at one level; never below one patch.
    static func scaled(_ size: Size, by scale: Double) -> Size {
        Size(
            width: max(PatchKernel.side + 1, Int((Double(size.width) * scale).rounded())),
            height: max(PatchKernel.side + 1, Int((Double(size.height) * scale).rounded())))
    }

    /// Short sides in steps near √2.
    private static func steps(from coarse: Int, to fine: Double) -> [Double] {
        let ratio = fine / Double(coarse)
        var count = 0
        var reach = 1.0
        while reach * 1.19 < ratio {
            reach *= 1.4142135623730951
            count += 1
        }
        guard count > 0 else { return [fine] }
        let factor = Self.root(ratio, degree: count)
        var steps = [Double(coarse)]
        for _ in 1..<count { steps.append((steps.last ?? 1) * factor) }
        return count == 1 ? [Double(coarse), fine] : steps + [fine]
    }

    /// By bisection: the system's `pow` differs between machines.
    private static func root(_ value: Double, degree: Int) -> Double {
        var low = 1.0
        var high = value
        for _ in 0..<80 {
            let middle = (low + high) / 2
            let power = (0..<degree).reduce(1.0) { product, _ in product * middle }
            if power > value { high = middle } else { low = middle }
        }
        return low
    }

    /// Sizes of the works, and a seeded choice of them when they would fill the memory; nil for
    /// a work that is not used.
    private static func workSizes(
        _ entries: [StyleModel.WorkEntry?], finest: Double, seed: UInt64
    ) -> [Size?] {
        let random = CounterRandom(seed: seed)
        let order = entries.indices.sorted {
            (random.bits(1, $0), $0) < (random.bits(1, $1), $1)
        }
        var sizes = [Size?](repeating: nil, count: entries.count)
        var total = 0
        for index in order {
            guard let entry = entries[index] else { continue }
            let short = Double(min(entry.learnedWidth, entry.learnedHeight))
            let long = Double(max(entry.learnedWidth, entry.learnedHeight))
            let scale = min(
                finest / short, max(enlargement, finest / short / 2), 30_000 / long)
            let size = Size(
                width: Int((Double(entry.learnedWidth) * scale).rounded()),
                height: Int((Double(entry.learnedHeight) * scale).rounded()))
            guard total == 0 || total + size.width * size.height <= Limits.sourcePixels else {
                continue
            }
            total += size.width * size.height
            sizes[index] = size
        }
        return sizes
    }
}

extension StyleModel {
    /// The works at the size at which a generation sees them at its finest level, by model order.
    ///
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    package func works(asSeenBy settings: GenerationSettings) throws(StyleError) -> [Picture] {
        let plan = PyramidPlan(settings: settings, works: works)
        var pictures: [Picture] = []
        for (entry, size) in zip(works, plan.works) {
            guard let size else { continue }
            let canvas = Mipmap(try canvas(of: entry)).scaled(
                width: size.width, height: size.height)
            pictures.append(canvas.picture)
        }
        return pictures
    }
}
