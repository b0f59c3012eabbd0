/// The picture at one level: its features, and its nearest-neighbour field, which says for every
/// patch where in the works it comes from.
///
/// A tile has a margin on every side that repeats the opposite side, so that no loop handles edges;
/// whoever changes the inside calls ``wrapImage()`` or ``wrapField()`` afterwards.
final class SynthesisLevel {
    /// At least the side of a patch, so that every patch that crosses an edge is complete.
    static let tileMargin = 8

    /// The size without the margin.
    let inner: PyramidPlan.Size
    let margin: Int
    let width: Int
    let height: Int
    /// Patches across and down; a patch is named by its upper left pixel.
    let across: Int
    let down: Int
    let image: PaddedBuffer<SIMD4<UInt8>>
    let field: PaddedBuffer<SourcePosition>
    let previousField: PaddedBuffer<SourcePosition>
    let costs: PaddedBuffer<Int32>
    let shifts: PaddedBuffer<SIMD4<Int8>>
    /// The hash of the descriptor that each patch was last looked up by; 0 for never.
    let queryHashes: PaddedBuffer<UInt32>
    var guide: Canvas?
    /// Where each patch lies in the work that is painted after, if any.
    let knownPlaces: KnownPlaces?
    /// Where each patch lies in the works of a composition, if it is one.
    let composed: ComposedLevel?

    /// - Parameter guide: Of the inner size, without the margin.
    init(
        size: PyramidPlan.Size, isTile: Bool, guide: Canvas?, knownPlaces: KnownPlaces? = nil,
        composed: ComposedLevel? = nil
    ) {
        self.knownPlaces = knownPlaces
        self.composed = composed
        inner = size
        margin = isTile ? Self.tileMargin : 0
        width = size.width + 2 * margin
        height = size.height + 2 * margin
        across = width - PatchKernel.side + 1
        down = height - PatchKernel.side + 1
        image = PaddedBuffer(count: width * height, filledWith: SIMD4())
        let none = SourcePosition(work: 0, isMirrored: false, x: 0, y: 0)
        field = PaddedBuffer(count: across * down, filledWith: none)
        previousField = PaddedBuffer(count: across * down, filledWith: none)
        costs = PaddedBuffer(count: across * down, filledWith: 0)
        shifts = PaddedBuffer(count: across * down, filledWith: SIMD4())
        queryHashes = PaddedBuffer(count: across * down, filledWith: 0)
        self.guide = guide.map { $0.wrapped(by: margin) }
    }

    /// The patches of the picture itself, without those of the margin.
    var ownPatches: (columns: Range<Int>, rows: Range<Int>) {
        guard margin > 0 else { return (0..<across, 0..<down) }
        return (margin..<(margin + inner.width), margin..<(margin + inner.height))
    }

    /// Fills the margin of pixels.
    func wrapImage() {
        guard margin > 0 else { return }
        forMargin(width: width, height: height) { offset, inside in
            image.pointer[offset] = image.pointer[inside]
        }
    }

    /// Fills the margin of patches.
    func wrapField() {
        guard margin > 0 else { return }
        forMargin(width: across, height: down) { offset, inside in
            field.pointer[offset] = field.pointer[inside]
            costs.pointer[offset] = costs.pointer[inside]
            shifts.pointer[offset] = shifts.pointer[inside]
        }
    }

    private func forMargin(width: Int, height: Int, _ body: (_ offset: Int, _ inside: Int) -> Void)
    {
        let columns = margin..<(margin + inner.width)
        let rows = margin..<(margin + inner.height)
        for y in 0..<height {
            let row = (y - margin + inner.height) % inner.height + margin
            for x in 0..<width where !(columns.contains(x) && rows.contains(y)) {
                let column = (x - margin + inner.width) % inner.width + margin
                body(y * width + x, row * width + column)
            }
        }
    }

    /// Guides each pixel by what its patch has around it in its work.
    ///
    /// Without it, seams would be filled with the calmest patches of all works.
    func guideByOrigin(in source: SourceLevel, executor: RowParallelExecutor) {
        let half = PatchKernel.side / 2
        let origin = Canvas(width: width, height: height)
        executor.run(rows: height) { rows in
            for y in rows {
                let patchY = min(max(y - half, 0), down - 1)
                for x in 0..<width {
                    let patchX = min(max(x - half, 0), across - 1)
                    let position = field.pointer[patchY * across + patchX]
                    let area = source.areas.pointer[Int(position.work)]
                    let column = x - patchX
                    let workX = Int(position.x) + (position.isMirrored ? half * 2 - column : column)
                    let offset = area.base + (Int(position.y) + y - patchY) * area.width + workX
                    origin.pixels[y * width + x] = source.guides.pointer[offset]
                }
            }
        }
        guide = GuideMap.boxBlurred(origin, radius: 1, executor: executor)
    }

    /// Puts every patch of a composition at its place, with the pixels; the composition has no
    /// margin.
    ///
    /// - Parameter all: Whether patches that are searched are put back too.
    func begin(_ composed: ComposedLevel, all: Bool, executor: RowParallelExecutor) {
        executor.run(rows: down, width: across) { indices in
            for index in indices where all || composed.isFixed.pointer[index] {
                field.pointer[index] = composed.positions.pointer[index]
                shifts.pointer[index] = composed.tones.pointer[index]
            }
        }
        image.pointer.update(from: composed.image.pixels, count: width * height)
    }

    /// Initialises the field from that of a coarser level; pixels are not carried over, so nothing
    /// is blurred by enlarging.
    func refine(_ coarse: SynthesisLevel, in source: SourceLevel, executor: RowParallelExecutor) {
        executor.run(rows: down) { rows in
            for y in rows {
                for x in 0..<across {
                    let at = y * across + x
                    (field.pointer[at], shifts.pointer[at]) = refined(x, y, coarse, source)
                }
            }
        }
        wrapField()
    }

    @inline(__always)
    private func refined(
        _ x: Int, _ y: Int, _ coarse: SynthesisLevel, _ source: SourceLevel
    ) -> (SourcePosition, SIMD4<Int8>) {
        let half = PatchKernel.side / 2
        // The patch's middle inside the picture; negative in the margin, which is wrapped after.
        let middleX = max(0, x - margin + half)
        let middleY = max(0, y - margin + half)
        let coarseX = middleX * coarse.inner.width / inner.width - half + coarse.margin
        let coarseY = middleY * coarse.inner.height / inner.height - half + coarse.margin
        let patchX = min(max(coarseX, 0), coarse.across - 1)
        let patchY = min(max(coarseY, 0), coarse.down - 1)
        let index = patchY * coarse.across + patchX
        let position = coarse.field.pointer[index]
        let area = source.areas.pointer[Int(position.work)]
        let originX = Self.refinedOrigin(
            of: Int(position.x), at: patchX - coarse.margin, isMirrored: position.isMirrored,
            from: coarse.inner.width, to: inner.width)
        let originY = Self.refinedOrigin(
            of: Int(position.y), at: patchY - coarse.margin, isMirrored: false,
            from: coarse.inner.height, to: inner.height)
        let newX = originX + (x - margin) * position.direction
        let newY = originY + y - margin
        let refined = SourcePosition(
            work: Int(position.work), isMirrored: position.isMirrored,
            x: min(max(newX, 0), area.width - PatchKernel.side),
            y: min(max(newY, 0), area.height - PatchKernel.side))
        return (refined, coarse.shifts.pointer[index])
    }

    /// Where in its work the first patch of the picture would lie on a finer level, if the fragment
    /// of a coarse patch reached that far.
    ///
    /// It is the same for all patches of a fragment. If each were rounded by itself, every fragment
    /// would break into shreds that are a pixel off, on every level again (decision 25).
    @inline(__always)
    private static func refinedOrigin(
        of coordinate: Int, at patch: Int, isMirrored: Bool, from coarse: Int, to fine: Int
    ) -> Int {
        // In a mirrored fragment the sum of both coordinates is constant.
        let origin = isMirrored ? coordinate + patch + PatchKernel.side : coordinate - patch
        let double = 2 * origin * fine + coarse
        let rest = double % (2 * coarse)
        let nearest = (double - (rest < 0 ? rest + 2 * coarse : rest)) / (2 * coarse)
        return isMirrored ? nearest - PatchKernel.side : nearest
    }
}

/// A position in the works: the upper left pixel of a patch, or one pixel. An entry of the
/// nearest-neighbour field.
struct SourcePosition: BitwiseCopyable {
    var work: UInt16
    /// 1 if the patch is mirrored left to right, else 0.
    var mirror: UInt16
    /// The column in the work.
    var x: UInt16
    /// The row in the work.
    var y: UInt16

    @inline(__always)
    init(work: Int, isMirrored: Bool, x: Int, y: Int) {
        self.work = UInt16(truncatingIfNeeded: work)
        mirror = isMirrored ? 1 : 0
        self.x = UInt16(truncatingIfNeeded: x)
        self.y = UInt16(truncatingIfNeeded: y)
    }

    @inline(__always) var isMirrored: Bool { mirror != 0 }

    /// +1, or -1 if a step right in the picture is a step left in the work.
    @inline(__always) var direction: Int { 1 &- 2 &* Int(mirror) }

    /// The bits of the position that continues this one so many pixels of the picture further.
    @inline(__always)
    func bits(across dx: Int, down dy: Int) -> UInt64 {
        var next = self
        next.x = UInt16(truncatingIfNeeded: Int(x) &+ dx &* direction)
        next.y = UInt16(truncatingIfNeeded: Int(y) &+ dy)
        return unsafeBitCast(next, to: UInt64.self)
    }

    @inline(__always)
    static func == (left: SourcePosition, right: SourcePosition) -> Bool {
        unsafeBitCast(left, to: UInt64.self) == unsafeBitCast(right, to: UInt64.self)
    }
}
