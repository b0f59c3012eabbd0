/// All works at one level of the pyramid, one after the other in one run of memory.
final class SourceLevel {
    /// Where one work lies.
    struct Area: BitwiseCopyable {
        var base: Int
        var width: Int
        var height: Int
        /// The work's index in the model.
        var entry: Int
        /// Where its counts of use begin.
        var useBase: Int
        /// Columns of its counts of use: one per 4 × 4 pixels.
        var useWidth: Int
        /// Turns a row into a height from 0 to 256, times 65,536.
        var heightScale: Int
    }

    static let useShift = 2

    let areas: Block<Area>
    let features: Block<SIMD4<UInt8>>
    let guides: Block<SIMD4<UInt8>>
    /// Premultiplied sRGB, at the finest level only.
    let colors: Block<SIMD4<UInt8>>?
    let use: Block<UInt16>

    /// - Parameter canvases: The works at this level, premultiplied, with their model index.
    init(_ canvases: [(entry: Int, canvas: Canvas)], keepsColors: Bool, bands: Bands) {
        var list: [Area] = []
        var total = 0
        var cells = 0
        for (entry, canvas) in canvases {
            let useWidth = (canvas.width + 3) >> Self.useShift
            list.append(
                Area(
                    base: total, width: canvas.width, height: canvas.height, entry: entry,
                    useBase: cells, useWidth: useWidth,
                    heightScale: (256 << 16) / max(1, canvas.height - PatchKernel.side)))
            total += canvas.width * canvas.height
            cells += useWidth * ((canvas.height + 3) >> Self.useShift)
        }
        areas = Block(count: list.count, filledWith: list[0])
        for (index, area) in list.enumerated() { areas[index] = area }
        features = Block(count: total, filledWith: SIMD4())
        guides = Block(count: total, filledWith: SIMD4())
        colors = keepsColors ? Block(count: total, filledWith: SIMD4()) : nil
        use = Block(count: cells, filledWith: 0)
        bands.each(list.count) { index in
            let canvas = canvases[index].canvas
            let count = canvas.width * canvas.height
            let features = canvas.features
            let guide = GuideMap.blurred(features)
            (self.features.pointer + list[index].base).update(from: features.pixels, count: count)
            (guides.pointer + list[index].base).update(from: guide.pixels, count: count)
            guard let colors else { return }
            (colors.pointer + list[index].base).update(from: canvas.pixels, count: count)
        }
    }

    /// Counts how often each part of the works is used by a field of patches.
    func countUse(of field: Block<Match>) {
        use.pointer.update(repeating: 0, count: use.count)
        for index in 0..<field.count {
            let match = field.pointer[index]
            let area = areas.pointer[Int(match.work)]
            let cell =
                area.useBase &+ (Int(match.y) >> Self.useShift) &* area.useWidth
                &+ Int(match.x) >> Self.useShift
            if use.pointer[cell] < .max { use.pointer[cell] &+= 1 }
        }
    }
}
