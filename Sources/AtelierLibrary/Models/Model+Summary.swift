import StyleKit

extension Model {
    /// Palette, line and texture as lines for people; empty where the row tells none.
    public var summary: [(label: String, text: String)] {
        guard let analysis else { return [] }
        let colors = analysis.palette.prefix(6).map { color in
            "\(color.hex) \(Int((color.share * 100).rounded())) %"
        }
        return [
            ("palette", colors.joined(separator: "  ")),
            ("line", Self.bars(analysis.strokeWidths) + "  stroke widths, 1 to 16"),
            ("edges", Self.bars(analysis.edgeDirections) + "  directions, level first"),
            ("texture", Self.bars(analysis.textureByScale) + "  fine to coarse"),
        ]
    }

    private static func bars(_ values: [Double]) -> String {
        let heights = Array("▁▂▃▄▅▆▇█")
        let highest = values.filter(\.isFinite).max() ?? 0
        return String(
            values.map { value in
                // Any tool may write the row: no value may lie outside the bars.
                let part = highest > 0 && value.isFinite ? value / highest : 0
                return heights[Int(min(max(part, 0), 1) * Double(heights.count - 1))]
            })
    }
}
