/// The picture at one level: its features, and for every patch where in the works it comes from.
final class PaintLevel {
    let width: Int
    let height: Int
    /// Patches across and down; a patch is named by its top left pixel.
    let across: Int
    let down: Int
    let image: Block<SIMD4<UInt8>>
    let field: Block<Match>
    let previous: Block<Match>
    let costs: Block<Int32>
    let shifts: Block<SIMD4<Int8>>
    var guide: Canvas?

    init(size: PyramidPlan.Size, guide: Canvas?) {
        width = size.width
        height = size.height
        across = width - PatchKernel.side + 1
        down = height - PatchKernel.side + 1
        image = Block(count: width * height, filledWith: SIMD4())
        let none = Match(work: 0, isMirrored: false, x: 0, y: 0)
        field = Block(count: across * down, filledWith: none)
        previous = Block(count: across * down, filledWith: none)
        costs = Block(count: across * down, filledWith: 0)
        shifts = Block(count: across * down, filledWith: SIMD4())
        self.guide = guide
    }

    /// Guides the picture by what its patches had around them in their works.
    ///
    /// So a seam is not smoothed over with the calmest marks that the artist ever made.
    func guideByOrigin(in source: SourceLevel) {
        let half = PatchKernel.side / 2
        let origin = Canvas(width: width, height: height)
        for y in 0..<height {
            let patchY = min(max(y - half, 0), down - 1)
            for x in 0..<width {
                let patchX = min(max(x - half, 0), across - 1)
                let match = field.pointer[patchY * across + patchX]
                let area = source.areas.pointer[Int(match.work)]
                let column = x - patchX
                let workX = Int(match.x) + (match.isMirrored ? half * 2 - column : column)
                let place = area.base + (Int(match.y) + y - patchY) * area.width + workX
                origin.pixels[y * width + x] = source.guides.pointer[place]
            }
        }
        guide = GuideMap.boxBlurred(origin, radius: 1)
    }

    /// Takes the places of patches over from a coarser level, and never its pixels.
    func refine(_ coarse: PaintLevel, from old: SourceLevel, to new: SourceLevel, bands: Bands) {
        let half = PatchKernel.side / 2
        bands.run(rows: down) { rows in
            for y in rows {
                let coarseY = min(
                    max((y + half) * coarse.height / height - half, 0), coarse.down - 1)
                for x in 0..<across {
                    let coarseX = min(
                        max((x + half) * coarse.width / width - half, 0), coarse.across - 1)
                    let index = coarseY * coarse.across + coarseX
                    let match = coarse.field.pointer[index]
                    let oldArea = old.areas.pointer[Int(match.work)]
                    let newArea = new.areas.pointer[Int(match.work)]
                    // How far this patch lies from the coarse one's place, in fine pixels.
                    let offX = (x + half) - ((coarseX + half) * 2 + 1) * width / (coarse.width * 2)
                    let offY =
                        (y + half) - ((coarseY + half) * 2 + 1) * height / (coarse.height * 2)
                    let centerX =
                        ((Int(match.x) + half) * 2 + 1) * newArea.width
                        / (oldArea.width * 2)
                    let centerY =
                        ((Int(match.y) + half) * 2 + 1) * newArea.height
                        / (oldArea.height * 2)
                    let newX = centerX + offX * match.direction - half
                    let newY = centerY + offY - half
                    field.pointer[y * across + x] = Match(
                        work: Int(match.work), isMirrored: match.isMirrored,
                        x: min(max(newX, 0), newArea.width - PatchKernel.side),
                        y: min(max(newY, 0), newArea.height - PatchKernel.side))
                    shifts.pointer[y * across + x] = coarse.shifts.pointer[index]
                }
            }
        }
    }
}
