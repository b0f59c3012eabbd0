/// All works at one level of the pyramid, one after the other in one buffer: the source that
/// patches are taken from.
final class SourceLevel {
    /// The range of one work in the buffer.
    struct Area: BitwiseCopyable {
        /// The index of its first pixel.
        var base: Int
        var width: Int
        var height: Int
        /// The work's index in the model.
        var entry: Int
        /// The index of its first usage cell.
        var usageBase: Int
        /// Columns of usage cells.
        var usageWidth: Int
        /// Scales a row to 0...256, in 16.16 fixed point.
        var heightScale: Int
    }

    /// One work at this level.
    struct Work {
        let entry: Int
        /// Premultiplied sRGB.
        let canvas: Canvas
        let avoided: [PixelArea]
        let keptWhole: [PixelArea]
    }

    /// A usage cell covers 4 × 4 positions: 2².
    static let usageShift = 2
    /// The usage of a cell from which no patch may be taken.
    static let excluded = UInt16.max

    let areas: PaddedBuffer<Area>
    let features: PaddedBuffer<SIMD4<UInt8>>
    let guides: PaddedBuffer<SIMD4<UInt8>>
    /// Premultiplied sRGB, at the finest level only.
    let colors: PaddedBuffer<SIMD4<UInt8>>?
    /// For every usage cell, how many patches of the target are taken from it; or ``excluded``.
    let usage: PaddedBuffer<UInt16>
    /// By work: areas from which nothing is taken.
    let avoided: [[PixelArea]]
    /// By work: areas that are taken whole or not at all.
    let keptWhole: [[PixelArea]]

    /// - Parameters:
    ///   - works: At least one, each at least one patch wide and high.
    ///   - keepsColors: Whether the works' sRGB pixels are kept too.
    ///   - areaRadius: As for ``GuideMap/guide(_:areaRadius:executor:)``.
    ///   - isOnPaper: Whether transparent parts are guided as white paper is.
    init(
        _ works: [Work], keepsColors: Bool, areaRadius: Int?, isOnPaper: Bool,
        executor: RowParallelExecutor
    ) {
        var list: [Area] = []
        var total = 0
        var cells = 0
        for work in works {
            let canvas = work.canvas
            let usageWidth = (canvas.width + 3) >> Self.usageShift
            list.append(
                Area(
                    base: total, width: canvas.width, height: canvas.height, entry: work.entry,
                    usageBase: cells, usageWidth: usageWidth,
                    heightScale: (256 << 16) / max(1, canvas.height - PatchKernel.side)))
            total += canvas.width * canvas.height
            cells += usageWidth * ((canvas.height + 3) >> Self.usageShift)
        }
        areas = PaddedBuffer(count: list.count, filledWith: list[0])
        for (index, area) in list.enumerated() { areas[index] = area }
        features = PaddedBuffer(count: total, filledWith: SIMD4())
        guides = PaddedBuffer(count: total, filledWith: SIMD4())
        colors = keepsColors ? PaddedBuffer(count: total, filledWith: SIMD4()) : nil
        usage = PaddedBuffer(count: cells, filledWith: 0)
        avoided = works.map(\.avoided)
        keptWhole = works.map(\.keptWhole)
        // One work after the other, each by rows: large ones leave no thread without work, and
        // cancellation takes effect soon.
        for (work, area) in zip(works, list) {
            let canvas = work.canvas
            let count = canvas.width * canvas.height
            let features = canvas.features(executor)
            let seen = isOnPaper && !canvas.isOpaque ? canvas.onWhite.features(executor) : features
            let guide = GuideMap.guide(seen, areaRadius: areaRadius, executor: executor)
            if let areaRadius {
                GuideMap.addLines(of: seen, areaRadius: areaRadius, to: guide, executor: executor)
            }
            (self.features.pointer + area.base).update(from: features.pixels, count: count)
            (guides.pointer + area.base).update(from: guide.pixels, count: count)
            guard let colors else { continue }
            (colors.pointer + area.base).update(from: canvas.pixels, count: count)
        }
        for index in 0..<list.count { exclude(works[index].avoided, of: areas[index]) }
    }

    /// Counts how many patches of the target each usage cell gives; the margin of a tile does not
    /// count.
    func countUsage(by target: SynthesisLevel) {
        for cell in 0..<usage.count where usage.pointer[cell] != Self.excluded {
            usage.pointer[cell] = 0
        }
        let own = target.ownPatches
        for row in own.rows {
            for column in own.columns {
                let position = target.field.pointer[row &* target.across &+ column]
                let area = areas.pointer[Int(position.work)]
                let cell =
                    area.usageBase &+ (Int(position.y) >> Self.usageShift) &* area.usageWidth
                    &+ Int(position.x) >> Self.usageShift
                if usage.pointer[cell] < Self.excluded &- 1 { usage.pointer[cell] &+= 1 }
            }
        }
    }

    /// Whether a patch may be taken at this position of a work.
    func isUsable(_ area: Area, x: Int, y: Int) -> Bool {
        usage.pointer[
            area.usageBase + (y >> Self.usageShift) * area.usageWidth + x >> Self.usageShift]
            != Self.excluded
    }

    /// Whether a work of a size has a patch that may be taken.
    static func hasUsablePatch(
        _ size: PyramidPlan.Size, avoided: [PixelArea], keptWhole: [PixelArea]
    ) -> Bool {
        let reach = PatchKernel.side - 1
        // What is excluded is excluded by whole cells.
        let cell = 1 << usageShift
        let closed = avoided.map { area in
            let left = max(0, area.x - reach) / cell * cell
            let top = max(0, area.y - reach) / cell * cell
            return PixelArea(
                x: left, y: top,
                width: (min(size.width, area.x + area.width) - 1) / cell * cell + cell - left,
                height: (min(size.height, area.y + area.height) - 1) / cell * cell + cell - top)
        }
        for y in 0..<(size.height - reach) {
            for x in 0..<(size.width - reach) {
                let position = PixelArea(x: x, y: y, width: 1, height: 1)
                if closed.contains(where: position.meets) { continue }
                let patch = PixelArea(
                    x: x, y: y, width: PatchKernel.side, height: PatchKernel.side)
                if !keptWhole.contains(where: patch.meets) { return true }
            }
        }
        return false
    }

    /// Excludes every cell that holds the position of a patch which touches one of the rectangles.
    private func exclude(_ rectangles: [PixelArea], of area: Area) {
        let reach = PatchKernel.side - 1
        for rectangle in rectangles {
            let left = max(0, rectangle.x - reach) >> Self.usageShift
            let top = max(0, rectangle.y - reach) >> Self.usageShift
            let right = min(area.width, rectangle.x + rectangle.width) - 1
            let bottom = min(area.height, rectangle.y + rectangle.height) - 1
            guard right >= 0, bottom >= 0 else { continue }
            for row in top...(bottom >> Self.usageShift) {
                for column in left...(right >> Self.usageShift) {
                    usage.pointer[area.usageBase + row * area.usageWidth + column] = Self.excluded
                }
            }
        }
    }
}
