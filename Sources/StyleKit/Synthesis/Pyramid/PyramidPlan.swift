/// The sizes of a picture and of the works at every level of the pyramid, coarsest first.
struct PyramidPlan {
    struct Size: Equatable {
        var width: Int
        var height: Int
    }

    /// The short side of the coarsest level in pixels, where the layout is composed.
    static let coarsest = 64
    /// The most that works are enlarged; a larger picture is synthesized smaller, and enlarged at
    /// the end.
    static let enlargement = 1.35

    /// How much larger than the picture works are in a composition, so that they can be moved.
    private static let compositionRoom = 1.12
    /// How large works are that are drawn on paper: two lie beside each other.
    private static let paperPart = 0.7

    /// The size of the picture at every level.
    let sizes: [Size]
    /// The size of every level as a part of the finest.
    let scales: [Double]
    /// The size of every work at the finest level; nil for a work that is not used.
    ///
    /// The choice is the same for sixteen successive seeds, and so for all drafts of a sheet.
    let works: [Size?]

    /// - Parameter onPaper: For a composition, which works are drawn on paper; nil for other
    ///   pictures.
    init(
        settings: GenerationSettings, works entries: [StyleModel.WorkEntry],
        onPaper: [Bool]? = nil
    ) {
        let short = min(settings.width, settings.height)
        // Works that are left out count too, so that leaving one out changes little else.
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
            frame: onPaper.map { (full, $0) }, seed: settings.seed >> 4,
            first: settings.kind.afterWork.flatMap { id in entries.firstIndex { $0.id == id } })
    }

    /// The first level with a short side of at least this; the finest for nil, or if there is none.
    func level(shortSide: Int?) -> Int {
        let last = sizes.count - 1
        guard let shortSide else { return last }
        return sizes.firstIndex { min($0.width, $0.height) >= shortSide } ?? last
    }

    /// The radius in pixels of the filter that turns the works' strokes into flat areas: the same
    /// part of the picture on every level, so that a fine level does not take strokes for areas.
    func areaRadius(level: Int) -> Int {
        max(2, min(sizes[level].width, sizes[level].height) / Self.coarsest)
    }

    /// The same for a picture that is painted after: half as large, so that small forms survive.
    func fineAreaRadius(level: Int) -> Int { max(1, areaRadius(level: level) / 2) }

    /// The size of a picture of the same shape with another short side.
    static func size(of size: Size, withShortSide short: Int) -> Size {
        scaled(size, by: Double(short) / Double(max(1, min(size.width, size.height))))
    }

    /// A size at one level, at least one pixel larger than a patch.
    static func scaled(_ size: Size, by scale: Double) -> Size {
        Size(
            width: max(PatchKernel.side + 1, Int((Double(size.width) * scale).rounded())),
            height: max(PatchKernel.side + 1, Int((Double(size.height) * scale).rounded())))
    }

    /// Short sides in equal ratios near √2, from the coarsest to the finest.
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

    /// The scale at which a work covers enough of a composition to be joined beside or above
    /// others.
    private static func scale(
        of entry: StyleModel.WorkEntry, in frame: Size, isOnPaper: Bool
    ) -> Double {
        let across = Double(frame.width) / Double(entry.learnedWidth)
        let down = Double(frame.height) / Double(entry.learnedHeight)
        let part = Double(SeamPath.band.upperBound)
        let needed = min(max(across * part, down), max(across, down * part))
        let usual =
            Double(min(frame.width, frame.height))
            / Double(min(entry.learnedWidth, entry.learnedHeight))
        return isOnPaper ? usual * paperPart : max(usual * compositionRoom, needed * 1.02)
    }

    /// The sizes of the works, by a random choice within ``Limits/sourcePixels``; nil for a work
    /// that is not used.
    ///
    /// - Parameters:
    ///   - frame: The size of a picture in which works are joined, and which of them are drawn on
    ///     paper; nil for other pictures.
    ///   - first: A work that is used in any case.
    private static func workSizes(
        _ entries: [StyleModel.WorkEntry?], finest: Double, frame: (size: Size, onPaper: [Bool])?,
        seed: UInt64,
        first: Int?
    ) -> [Size?] {
        let random = CounterRandom(seed: seed)
        let order = entries.indices.sorted {
            (random.bits(.works, $0), $0) < (random.bits(.works, $1), $1)
        }
        var sizes = [Size?](repeating: nil, count: entries.count)
        var total = 0
        for index in (first.map { [$0] } ?? []) + order.filter({ $0 != first }) {
            guard let entry = entries[index] else { continue }
            let short = Double(min(entry.learnedWidth, entry.learnedHeight))
            let long = Double(max(entry.learnedWidth, entry.learnedHeight))
            var scale = min(
                finest / short, max(enlargement, finest / short / 2), 30_000 / long)
            if let frame {
                let own = Self.scale(of: entry, in: frame.size, isOnPaper: frame.onPaper[index])
                scale = min(own, 30_000 / long)
            }
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
    /// The works at the size at which a generation samples them at its finest level, in the order
    /// of the model.
    ///
    /// - Parameter isComposition: Whether works are joined, each at its own scale.
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    package func works(
        asSeenBy settings: GenerationSettings, isComposition: Bool = false
    ) throws(StyleError) -> [Picture] {
        let plan = PyramidPlan(
            settings: settings, works: works, onPaper: isComposition ? try worksOnPaper() : nil)
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
