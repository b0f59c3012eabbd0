/// The sheet that shows a style: 1,600 × 1,160 pixels.
struct StyleChart {
    private static let margin: Float = 72
    private static let gap: Float = 16
    private static let paper = Sheet.ink(0xF8F5EF)
    private static let dark = Sheet.ink(0x2B2825)
    private static let quiet = Sheet.ink(0x8C857B)
    private static let faint = Sheet.ink(0xE6E0D5)

    let analysis: StyleAnalysis
    let workCount: Int
    let patches: [Canvas]
    private var sheet = Sheet(width: 1_600, height: 1_160, paper: StyleChart.paper)

    init(analysis: StyleAnalysis, workCount: Int, patches: [Canvas]) {
        self.analysis = analysis
        self.workCount = workCount
        self.patches = patches
    }

    private var room: Float { Float(sheet.width) - 2 * Self.margin }

    mutating func drawn(title: String) -> Picture {
        let name = Sheet.fitted(title, size: 38, room: room)
        sheet.write(name, x: Self.margin, base: 112, size: 38, weight: 1.3, Self.dark)
        let source = workCount == 1 ? "one work" : "\(workCount) works"
        sheet.write(
            "a style learned from \(source), and from nothing else", x: Self.margin, base: 152,
            size: 13, Self.quiet)
        palette(top: 196, height: 176)
        let width = (room - 3 * 2 * Self.gap) / 4
        let boxes = (0..<4).map { index in
            let left = Self.margin + Float(index) * (width + 2 * Self.gap)
            return SheetBox(left: left, top: 500, right: left + width, bottom: 800)
        }
        lines(boxes[0])
        directions(boxes[1])
        texture(boxes[2])
        light(boxes[3])
        representativePatches(top: 912)
        return sheet.picture
    }

    /// Swatches as wide as their share, but at least 70 pixels.
    private mutating func palette(top: Float, height: Float) {
        let swatches = analysis.palette
        guard !swatches.isEmpty else { return }
        let narrowest: Float = 70
        let spare = room - narrowest * Float(swatches.count)
        let sum = Float(swatches.reduce(0) { $0 + $1.share })
        var left = Self.margin
        for swatch in swatches {
            let width = narrowest + spare * Float(swatch.share) / max(sum, 0.001)
            let ink = Sheet.ink(Int(swatch.hex.dropFirst(), radix: 16) ?? 0)
            let box = SheetBox(left: left, top: top, right: left + width - 6, bottom: top + height)
            // A rim, or paper-coloured swatches would not be seen.
            sheet.fill(box, radius: 8, ink * 0.9)
            sheet.fill(box.inset(by: 1), radius: 7, ink)
            let share = "\(Self.rounded(swatch.share * 100)) %"
            let hasRoom = StrokeFont.width(of: swatch.hex, size: 10) < width - 4
            if hasRoom {
                sheet.write(
                    swatch.hex, x: left + 2, base: top + height + 26, size: 10, Self.dark)
            }
            sheet.write(
                share, x: left + 2, base: top + height + (hasRoom ? 48 : 26), size: 11,
                Self.quiet)
            left += width
        }
    }

    private mutating func lines(_ box: SheetBox) {
        let middle = analysis.middleStrokeWidth.map { width in
            "half of them below \(Self.rounded(width)) ‰ of the short side"
        }
        heading("Width of lines", middle ?? "no dark lines", box)
        bars(analysis.strokeWidths, in: box) { _, _ in Self.dark }
        ends("fine", "broad", box)
    }

    private mutating func texture(_ box: SheetBox) {
        let values = analysis.textureByScale
        let names = [
            "finest grain", "fine grain", "small marks", "marks", "forms", "large forms",
            "masses",
        ]
        let top = values.indices.max { values[$0] < values[$1] } ?? 0
        heading("Texture", "most happens in \(names[min(top, names.count - 1)])", box)
        bars(values, in: box) { _, _ in Self.dark }
        ends("grain", "masses", box)
    }

    private mutating func light(_ box: SheetBox) {
        let middle = analysis.middleLightness.map { ", middle \(Int($0.rounded()))" } ?? ""
        let contrast = "contrast \(Int(analysis.contrast.rounded()))\(middle) of 100"
        heading("Light", contrast, box)
        bars(analysis.lightness, in: box) { index, count in
            let lightness = (Float(index) + 0.5) / Float(count)
            let color = OKLab(lightness: lightness, greenRed: 0, blueYellow: 0.008).rgb
            return Sheet.Ink(Float(color.0), Float(color.1), Float(color.2))
        }
        ends("dark", "light", box)
    }

    /// A rose of directions: a line through the middle for each, as long as the square root of its
    /// share.
    private mutating func directions(_ box: SheetBox) {
        let shares = analysis.edgeDirections
        let top = shares.indices.max { shares[$0] < shares[$1] } ?? 0
        let highest = shares.isEmpty ? 0 : shares[top]
        let isClear = highest * Double(shares.count) > 1.5
        let names = [0: "level", 90: "upright"]
        let angle = top * 15
        let most = names[angle] ?? "at \(angle > 90 ? angle - 180 : angle)°"
        heading(
            "Direction of edges",
            highest == 0 ? "no edges" : isClear ? "most run \(most)" : "every way",
            box)
        let middle = SIMD2((box.left + box.right) / 2, box.top + 180)
        let reach: Float = 108
        for ring in [reach, reach / 2] {
            let circle = (0...48).map { step in
                let (cosine, sine) = Trigonometry.cosineAndSine(degrees: Float(step) * 7.5)
                return SIMD2(middle.x + ring * cosine, middle.y + ring * sine)
            }
            sheet.stroke([circle], width: 1.4, Self.faint)
        }
        guard highest > 0 else { return }
        for (index, share) in shares.enumerated() {
            let (cosine, sine) = Trigonometry.cosineAndSine(degrees: Float(index) * 15)
            let length = reach * Float((share / highest).squareRoot())
            let along = SIMD2(cosine, -sine) * length
            sheet.stroke([[middle - along, middle + along]], width: 9, Self.dark)
        }
    }

    private mutating func heading(_ name: String, _ note: String, _ box: SheetBox) {
        sheet.write(name, x: box.left, base: box.top, size: 16, weight: 1.35, Self.dark)
        let short = Sheet.fitted(note, size: 10.5, room: box.width)
        sheet.write(short, x: box.left, base: box.top + 28, size: 10.5, Self.quiet)
    }

    private mutating func bars(
        _ values: [Double], in box: SheetBox, ink: (Int, Int) -> Sheet.Ink
    ) {
        let highest = values.max() ?? 0
        let floor = box.top + 270
        let tallest: Float = 200
        let step = box.width / Float(max(1, values.count))
        sheet.fill(
            SheetBox(left: box.left, top: floor + 4, right: box.right, bottom: floor + 6),
            Self.faint)
        for (index, value) in values.enumerated() where highest > 0 && value > 0 {
            let height = max(2, tallest * Float(value / highest))
            let left = box.left + Float(index) * step
            sheet.fill(
                SheetBox(
                    left: left + 1.5, top: floor - height, right: left + step - 1.5, bottom: floor),
                radius: min(3, height / 2), ink(index, values.count))
        }
    }

    private mutating func ends(_ left: String, _ right: String, _ box: SheetBox) {
        let base = box.top + 298
        sheet.write(left, x: box.left, base: base, size: 10.5, Self.quiet)
        sheet.write(right, x: box.right, base: base, size: 10.5, align: .right, Self.quiet)
    }

    private mutating func representativePatches(top: Float) {
        guard !patches.isEmpty else { return }
        sheet.write(
            "Typical pieces", x: Self.margin, base: top - 24, size: 16, weight: 1.35, Self.dark)
        let side = ((room - 9 * Self.gap) / 10).rounded(.down)
        for (index, patch) in patches.enumerated() {
            let left = Self.margin + Float(index) * (side + Self.gap)
            let box = SheetBox(left: left, top: top, right: left + side, bottom: top + side)
            sheet.lay(patch.scaled(width: Int(side), height: Int(side)), over: box, radius: 8)
        }
        sheet.write(
            "atelier", x: Float(sheet.width) - Self.margin, base: Float(sheet.height) - 44,
            size: 12, align: .right, Self.quiet)
    }

    /// One decimal below ten, none above.
    private static func rounded(_ value: Double) -> String {
        guard value < 9.95 else { return "\(Int(value.rounded()))" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension StyleModel {
    /// Draws the style as one sheet: palette, line widths, edge directions, texture, lightness, and
    /// the most representative patches of the works.
    ///
    /// - Parameter title: The heading, such as the model's name; truncated where it is too long.
    /// - Returns: 1,600 × 1,160 pixels, opaque.
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    public func chart(title: String) throws(StyleError) -> Picture {
        let patches = try RepresentativePatches.find(count: 10, works: works.count) {
            index throws(StyleError) in try canvas(of: works[index])
        }
        var chart = StyleChart(analysis: analysis, workCount: works.count, patches: patches)
        return chart.drawn(title: title)
    }
}
