/// For every patch of a level, the place of a work that the guide shows there, and what a patch
/// costs more that comes from that work.
///
/// The work's own marks are free where it has small forms, such as a face or a mast, which no other
/// work can give; wide areas are left to the marks of the others.
struct KnownPlaces {
    /// The detail of a guide above that around it at which a form counts as small, and the more at
    /// which it counts fully.
    private static let detailAround: Float = 4
    private static let fullDetail: Float = 20

    /// The radius of what is around a form is this part of the short side.
    private static let aroundPart = 20

    /// The index of the work in the level's areas.
    let work: Int
    let across: Int
    /// `[down, across]`: the upper left pixel of each patch in the work.
    let positions: PaddedBuffer<SourcePosition>
    /// `[down, across]`: what each patch costs more that comes from the work.
    let costs: PaddedBuffer<Int32>

    /// - Parameters:
    ///   - view: Of the work at this level.
    ///   - work: The index of the work in the level's areas.
    ///   - channels: The guide of the level.
    ///   - cost: What a patch costs more where nothing is small.
    init(
        _ view: BentView, work: Int, channels: Canvas, cost: Int32, executor: RowParallelExecutor
    ) {
        self.work = work
        let half = PatchKernel.side / 2
        let across = view.target.width - PatchKernel.side + 1
        let down = view.target.height - PatchKernel.side + 1
        let none = SourcePosition(work: work, isMirrored: false, x: 0, y: 0)
        let positions = PaddedBuffer(count: across * down, filledWith: none)
        let costs = PaddedBuffer<Int32>(count: across * down, filledWith: 0)
        let forms = Self.smallForms(of: channels, executor: executor)
        executor.run(rows: down) { rows in
            for y in rows {
                for x in 0..<across {
                    let place = view.place(x: x + half, y: y + half)
                    let column = Int((place.x + 0.5).rounded(.down)) - half
                    let row = Int((place.y + 0.5).rounded(.down)) - half
                    positions.pointer[y * across + x] = SourcePosition(
                        work: work, isMirrored: false,
                        x: min(max(column, 0), view.source.width - PatchKernel.side),
                        y: min(max(row, 0), view.source.height - PatchKernel.side))
                    let form = Int32(forms.pixels[(y + half) * channels.width + x + half].x)
                    costs.pointer[y * across + x] = cost / 255 * (255 - form)
                }
            }
        }
        self.across = across
        self.positions = positions
        self.costs = costs
    }

    /// Where a guide has more detail than around, 0 to 255 in the first lane.
    private static func smallForms(of channels: Canvas, executor: RowParallelExecutor) -> Canvas {
        let (width, height) = (channels.width, channels.height)
        let short = min(width, height)
        let radius = max(1, short / Self.aroundPart)
        let wide = GuideMap.boxBlurred(
            GuideMap.boxBlurred(channels, radius: radius, executor: executor), radius: radius,
            executor: executor)
        let forms = Canvas(width: width, height: height)
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                let more = Float(channels.pixels[index].w) - Float(wide.pixels[index].w)
                let part = min(1, max(0, (more - detailAround) / fullDetail))
                forms.pixels[index].x = UInt8(part * 255)
            }
        }
        // The whole of a form, not only its edges.
        let around = GuideMap.boxBlurred(forms, radius: max(1, short / 40), executor: executor)
        executor.run(rows: height, width: width) { indices in
            for index in indices {
                around.pixels[index].x = UInt8(min(255, Int(around.pixels[index].x) * 2))
            }
        }
        return around
    }
}
