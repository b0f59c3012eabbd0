/// The measures of one work inside a model file.
enum MeasuresFile {
    private static let boxNumbers = 1 << 15

    static func write(_ measures: WorkMeasures, to file: inout ModelWriter) {
        for list in [
            [measures.area], measures.lightness, measures.strokes, measures.edges, measures.texture,
        ] {
            for value in list { file.append(value, bytes: 6) }
        }
        file.append(measures.colors.boxes.count, bytes: 2)
        for box in measures.colors.boxes {
            file.append(box.number, bytes: 2)
            file.append(box.count, bytes: 4)
            for lane in 0..<3 { file.append(box.sum[lane], bytes: 4) }
        }
    }

    static func read(_ reader: inout ModelReader) throws(StyleError) -> WorkMeasures {
        var measures = WorkMeasures()
        measures.area = try reader.number(bytes: 6, in: 1...Limits.pixels, "a measured area")
        measures.lightness = try list(&reader, WorkMeasures.lightnessBins)
        measures.strokes = try list(&reader, WorkMeasures.strokeBins)
        measures.edges = try list(&reader, WorkMeasures.directions)
        measures.texture = try list(&reader, WorkMeasures.scales)
        let count = try reader.number(bytes: 2, in: 0...boxNumbers, "a number of colours")
        var boxes: [ColorCounts.Box] = []
        for _ in 0..<count {
            let lowest = (boxes.last?.number ?? -1) + 1
            guard lowest < boxNumbers else { throw .damagedModel(reason: "colours repeat") }
            let number = try reader.number(
                bytes: 2, in: lowest...(boxNumbers - 1), "a colour's number")
            let count = try reader.number(bytes: 4, in: 1...Limits.pixels, "a colour's count")
            var sum = SIMD3<Int>()
            for lane in 0..<3 {
                sum[lane] = try reader.number(bytes: 4, in: 0...(count * 255), "a colour's sum")
            }
            boxes.append(ColorCounts.Box(number: number, count: count, sum: sum))
        }
        measures.colors = ColorCounts(boxes: boxes)
        return measures
    }

    private static func list(
        _ reader: inout ModelReader, _ count: Int
    ) throws(StyleError) -> [Int] {
        var values: [Int] = []
        for _ in 0..<count { values.append(try reader.number(bytes: 6)) }
        return values
    }
}
