/// The analysis inside a model file: counts (1 byte each) and numbers (4 bytes, × 10,000).
enum AnalysisFile {
    static func write(_ analysis: StyleAnalysis, to file: inout ModelWriter) {
        file.append(analysis.palette.count, bytes: 1)
        for color in analysis.palette {
            file.append(Array(color.hex.utf8))
            file.append(parts(color.share), bytes: 4)
        }
        for list in [analysis.strokeWidths, analysis.edgeDirections, analysis.textureByScale] {
            file.append(list.count, bytes: 1)
            for value in list { file.append(parts(value), bytes: 4) }
        }
    }

    static func read(_ reader: inout ModelReader) throws(StyleError) -> StyleAnalysis {
        var palette: [StyleAnalysis.PaletteColor] = []
        for _ in 0..<(try reader.number(bytes: 1, in: 0...Limits.paletteColors, "the palette")) {
            let hex = String(decoding: try reader.run(7), as: UTF8.self)
            guard hex.wholeMatch(of: /#[0-9a-f]{6}/) != nil else {
                throw .damagedModel(reason: "a palette colour is no colour")
            }
            palette.append(.init(hex: hex, share: try share(&reader)))
        }
        return StyleAnalysis(
            palette: palette, strokeWidths: try list(&reader), edgeDirections: try list(&reader),
            textureByScale: try list(&reader))
    }

    private static func list(_ reader: inout ModelReader) throws(StyleError) -> [Double] {
        var values: [Double] = []
        for _ in 0..<(try reader.number(bytes: 1, in: 0...64, "a list's length")) {
            values.append(try share(&reader))
        }
        return values
    }

    private static func share(_ reader: inout ModelReader) throws(StyleError) -> Double {
        Double(try reader.number(bytes: 4)) / 10_000
    }

    private static func parts(_ value: Double) -> Int { Int((value * 10_000).rounded()) }
}
