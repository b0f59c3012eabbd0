/// One of the pictures of which an interlaced PNG is woven; any other PNG is a single one.
struct PNGPass {
    /// Adam7.
    private static let interlaced = [
        PNGPass(left: 0, top: 0, across: 8, down: 8), PNGPass(left: 4, top: 0, across: 8, down: 8),
        PNGPass(left: 0, top: 4, across: 4, down: 8), PNGPass(left: 2, top: 0, across: 4, down: 4),
        PNGPass(left: 0, top: 2, across: 2, down: 4), PNGPass(left: 1, top: 0, across: 2, down: 2),
        PNGPass(left: 0, top: 1, across: 1, down: 2),
    ]

    /// Where the first pixel of the pass lies.
    let left: Int
    let top: Int
    /// The steps to the next pixels.
    let across: Int
    let down: Int

    /// The passes that hold pixels, in the order of the file.
    static func all(of layout: PNGLayout) -> [PNGPass] {
        guard layout.isInterlaced else { return [PNGPass(left: 0, top: 0, across: 1, down: 1)] }
        return interlaced.filter { $0.left < layout.width && $0.top < layout.height }
    }

    func width(in layout: PNGLayout) -> Int { (layout.width - left + across - 1) / across }
    func height(in layout: PNGLayout) -> Int { (layout.height - top + down - 1) / down }

    /// Whether the pass has pixels in this row of the picture.
    func covers(row: Int) -> Bool { row >= top && (row - top).isMultiple(of: down) }
}
