import Crypto

/// Reads and writes a model file, specified in Docs/style-model.md: `ATELSTYL`, format version,
/// engine version, the table of works, their packed pixels, SHA-256 of all that.
enum ModelFile {
    static let formatVersion = 3

    private static let magic = Array("ATELSTYL".utf8)
    private static let digestBytes = 32

    static func write(
        learning works: [StyleWork], keeping kept: [ModelEntry],
        progress: @Sendable (Double) -> Void
    ) throws(StyleError) -> [UInt8] {
        let count = works.count + kept.count
        guard count > 0 else { throw .noWorks }
        guard count <= Limits.works else {
            throw .tooManyWorks(count: count, limit: Limits.works)
        }
        guard Set(works.map(\.id) + kept.map(\.id)).count == count else { throw .repeatedWork }
        var entries = kept
        for (index, work) in works.enumerated() {
            progress(Double(index) / Double(works.count))
            entries.append(try ModelEntry(work))
        }
        entries.sort { left, right in
            (left.pixelHash + left.id).lexicographicallyPrecedes(right.pixelHash + right.id)
        }
        var file = LittleEndianWriter()
        file.append(magic)
        file.append(formatVersion, bytes: 2)
        let version = Array(StyleModel.engineVersion.utf8)
        file.append(version.count, bytes: 1)
        file.append(version)
        file.append(count, bytes: 4)
        for entry in entries {
            file.append(entry.id)
            file.append(entry.pixelHash)
            let sizes = [
                entry.width, entry.height, entry.learnedWidth, entry.learnedHeight,
                entry.packed.count,
            ]
            for size in sizes { file.append(size, bytes: 4) }
            MeasuresFile.write(entry.measures, to: &file)
            file.append(entry.figure == nil ? 0 : 1, bytes: 1)
            if let figure = entry.figure { file.append(figure.bytes) }
        }
        for entry in entries { file.bytes.append(contentsOf: entry.packed) }
        file.append(Array(SHA256.hash(data: file.bytes)))
        progress(1)
        return file.bytes
    }

    static func read(_ bytes: [UInt8]) throws(StyleError) -> [StyleModel.WorkEntry] {
        guard bytes.count <= Limits.modelBytes else {
            throw .damagedModel(
                reason: "it has \(bytes.count) bytes, more than \(Limits.modelBytes)")
        }
        guard bytes.starts(with: magic), bytes.count > magic.count + digestBytes else {
            throw .damagedModel(reason: "it does not begin as a style model does")
        }
        let body = bytes.dropLast(digestBytes)
        let digest = body.withUnsafeBytes { SHA256.hash(data: $0) }
        guard Array(digest) == Array(bytes.suffix(digestBytes)) else {
            throw .damagedModel(reason: "its checksum is wrong")
        }
        var reader = LittleEndianReader(body)
        _ = try reader.bytes(magic.count)
        try checkVersions(&reader)
        let count = try reader.number(bytes: 4, in: 1...Limits.works, "the number of works")
        var rows: [WorkTableRow] = []
        for _ in 0..<count { rows.append(try WorkTableRow(&reader)) }
        guard Set(rows.map(\.id)).count == count else {
            throw .damagedModel(reason: "a work occurs twice")
        }
        var works: [StyleModel.WorkEntry] = []
        for row in rows {
            let packed = try reader.bytes(row.packedBytes)
            guard
                PackedPixels.isWhole(
                    packed, width: row.learnedWidth, height: row.learnedHeight)
            else { throw .damagedModel(reason: "a work's pixels cannot be decompressed") }
            works.append(row.entry(packed: packed.startIndex..<packed.endIndex))
        }
        guard reader.isAtEnd else { throw .damagedModel(reason: "there are bytes after its end") }
        return works
    }

    private static func checkVersions(_ reader: inout LittleEndianReader) throws(StyleError) {
        let format = try reader.number(bytes: 2)
        guard format == formatVersion else { throw .otherEngine(version: "format \(format)") }
        let version = String(
            decoding: try reader.bytes(reader.number(bytes: 1, in: 1...64, "the version's length")),
            as: UTF8.self)
        guard version == StyleModel.engineVersion else {
            throw .otherEngine(version: String(version.filter { $0.isASCII && !$0.isNewline }))
        }
    }
}

/// A row of the table of works, before its pixels are located.
private struct WorkTableRow {
    let id: [UInt8]
    let pixelHash: [UInt8]
    let width: Int
    let height: Int
    let learnedWidth: Int
    let learnedHeight: Int
    let packedBytes: Int
    let measures: WorkMeasures
    let figure: FigureMarks?

    init(_ reader: inout LittleEndianReader) throws(StyleError) {
        id = Array(try reader.bytes(16))
        pixelHash = Array(try reader.bytes(32))
        let sides = Limits.workSide...Limits.side
        width = try reader.number(bytes: 4, in: sides, "a width")
        height = try reader.number(bytes: 4, in: sides, "a height")
        learnedWidth = try reader.number(bytes: 4, in: sides, "a kept width")
        learnedHeight = try reader.number(bytes: 4, in: sides, "a kept height")
        packedBytes = try reader.number(bytes: 4)
        guard learnedWidth * learnedHeight <= Limits.learnedPixels else {
            throw .damagedModel(reason: "a work has more pixels than a model keeps")
        }
        measures = try MeasuresFile.read(&reader)
        let hasFigure = try reader.number(bytes: 1, in: 0...1, "the sign of landmarks") == 1
        figure = hasFigure ? try FigureMarks(&reader) : nil
    }

    func entry(packed: Range<Int>) -> StyleModel.WorkEntry {
        StyleModel.WorkEntry(
            id: id, pixelHash: pixelHash, width: width, height: height, learnedWidth: learnedWidth,
            learnedHeight: learnedHeight, figure: figure, measures: measures, packedRange: packed)
    }
}

/// Reads and writes the measures of one work.
enum MeasuresFile {
    private static let binCount = 1 << 15

    static func write(_ measures: WorkMeasures, to file: inout LittleEndianWriter) {
        for list in [
            [measures.area], measures.lightness, measures.strokes, measures.edges, measures.texture,
        ] {
            for value in list { file.append(value, bytes: 6) }
        }
        file.append(measures.colors.bins.count, bytes: 2)
        for bin in measures.colors.bins {
            file.append(bin.number, bytes: 2)
            file.append(bin.count, bytes: 4)
            for lane in 0..<3 { file.append(bin.sum[lane], bytes: 4) }
        }
    }

    static func read(_ reader: inout LittleEndianReader) throws(StyleError) -> WorkMeasures {
        var measures = WorkMeasures()
        measures.area = try reader.number(bytes: 6, in: 1...Limits.pixels, "a measured area")
        measures.lightness = try list(&reader, WorkMeasures.lightnessBins)
        measures.strokes = try list(&reader, WorkMeasures.strokeBins)
        measures.edges = try list(&reader, WorkMeasures.directions)
        measures.texture = try list(&reader, WorkMeasures.scales)
        let count = try reader.number(bytes: 2, in: 0...binCount, "a number of colours")
        var bins: [SparseColorHistogram.Bin] = []
        for _ in 0..<count {
            let lowest = (bins.last?.number ?? -1) + 1
            guard lowest < binCount else { throw .damagedModel(reason: "a colour occurs twice") }
            let number = try reader.number(
                bytes: 2, in: lowest...(binCount - 1), "a colour's number")
            let count = try reader.number(bytes: 4, in: 1...Limits.pixels, "a colour's count")
            var sum = SIMD3<Int>()
            for lane in 0..<3 {
                sum[lane] = try reader.number(bytes: 4, in: 0...(count * 255), "a colour's sum")
            }
            bins.append(SparseColorHistogram.Bin(number: number, count: count, sum: sum))
        }
        measures.colors = SparseColorHistogram(bins: bins)
        return measures
    }

    private static func list(
        _ reader: inout LittleEndianReader, _ count: Int
    ) throws(StyleError) -> [Int] {
        var values: [Int] = []
        for _ in 0..<count { values.append(try reader.number(bytes: 6)) }
        return values
    }
}
