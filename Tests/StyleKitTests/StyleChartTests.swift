import StyleKit
import TestSupport
import Testing

@Suite struct StyleChartTests {
    // Goal: the chart shows the palette, and is the same each time.
    // Method: works of two flat colours; both colours cover much of the sheet's palette row.
    @Test func theChartShowsThePalette() throws {
        let works = try [[180, 60, 40, 255], [40, 90, 150, 255]].enumerated().map { index, color in
            StyleWork(
                id: [UInt8](repeating: UInt8(index), count: 16),
                picture: try PaintedWorks.flat(
                    width: 90, height: 120, color.map { UInt8($0) }))
        }
        let model = try StyleModel(learning: works)
        let chart = try model.chart(title: "Two colours")
        #expect(chart.width == 1_600 && chart.height == 1_160 && chart.isOpaque)
        for color: [UInt8] in [[180, 60, 40, 255], [40, 90, 150, 255]] {
            let count = stride(from: 0, to: chart.pixels.count, by: 4).count {
                Array(chart.pixels[$0..<($0 + 4)]) == color
            }
            #expect(count > 50_000, "\(count)")
        }
        #expect(try model.chart(title: "Two colours") == chart)
        #expect(try model.chart(title: "Other") != chart)
    }

    // Goal: every model and title can be drawn.
    // Method: one work, clear works, a title of any letters, none, and far too many.
    @Test func everyModelIsDrawn() throws {
        let clear = StyleWork(
            id: [UInt8](repeating: 9, count: 16),
            picture: try PaintedWorks.flat(width: 64, height: 64, [0, 0, 0, 0]))
        for works in [try PaintedWorks.works(1, width: 64, height: 900), [clear]] {
            let model = try StyleModel(learning: works)
            for title in ["", "Ärger & Öl – 50 % “ßç” 猫", String(repeating: "wide ", count: 300)] {
                #expect(try model.chart(title: title).width == 1_600)
            }
        }
    }
}
