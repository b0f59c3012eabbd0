import SignedObjects
import StyleKit

extension Model {
    /// Palette, line and texture as lines for people; empty where the row tells none.
    public var summary: [(label: String, text: String)] {
        guard let analysis else { return [] }
        let colors = analysis.palette.prefix(6).map { color in
            "\(color.hex) \(Int(rounding: color.share * 100)) %"
        }
        let width = analysis.middleStrokeWidth.map { width in
            "half below \(Self.tenths(width)) ‰ of the short side"
        }
        let middle = analysis.middleLightness.map { "middle \(Self.tenths($0))" }
        return [
            ("palette", colors.joined(separator: "  ")),
            (
                "light",
                Self.bars(analysis.lightness) + "  dark to light, contrast "
                    + Self.tenths(analysis.contrast) + ", " + (middle ?? "nothing painted")
            ),
            ("line", Self.bars(analysis.strokeWidths) + "  widths, " + (width ?? "no dark line")),
            ("edges", Self.bars(analysis.edgeDirections) + "  directions, level first"),
            ("texture", Self.bars(analysis.textureByScale) + "  fine to coarse"),
        ]
    }

    private static func tenths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1_000_000 else { return "?" }
        let parts = Int(rounding: value * 10)
        return "\(parts / 10).\(abs(parts % 10))"
    }

    private static func bars(_ values: [Double]) -> String {
        let heights = Array("▁▂▃▄▅▆▇█")
        let highest = values.filter(\.isFinite).max() ?? 0
        return String(
            values.map { value in
                // Any tool may write the row: no value may lie outside the bars.
                let part = highest > 0 && value.isFinite ? value / highest : 0
                return heights[Int(rounding: min(max(part, 0), 1) * Double(heights.count - 1))]
            })
    }
}
