extension DraftSheet {
    /// The drafts as one picture: three in a row, in the order given, each above its number.
    ///
    /// - Parameter drafts: One to nine, all of the same size.
    public static func picture(of drafts: [Draft]) -> Picture {
        let size = drafts.first.map { ($0.rendering.picture.width, $0.rendering.picture.height) }
        let (width, height) = size ?? (0, 0)
        let columns = min(3, max(1, drafts.count))
        let rows = (drafts.count + columns - 1) / columns
        var sheet = Sheet(
            width: columns * (width + margin) + margin,
            height: rows * (height + margin + labelHeight) + footer, paper: Sheet.ink(0xF4F3F0))
        for (index, draft) in drafts.enumerated() {
            let left = Float(margin + index % columns * (width + margin))
            let top = Float(margin + index / columns * (height + margin + labelHeight))
            let box = SheetBox(
                left: left, top: top, right: left + Float(width), bottom: top + Float(height))
            sheet.lay(Canvas(draft.rendering.picture), over: box, radius: 0)
            sheet.write(
                "\(draft.number)", x: left + Float(width) / 2, base: box.bottom + 20, size: 12,
                align: .middle, Sheet.ink(0x3C3A36))
        }
        return sheet.picture
    }

    private static let margin = 12
    private static let labelHeight = 24
    /// The watermark's ribbon lies there, and not over the last numbers.
    private static let footer = 36
}
