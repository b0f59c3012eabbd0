import Crypto

/// The file form of a model.
///
/// `ATELSTYL`, engine version (length in 1 byte), work count (4), works, analysis, pixels,
/// SHA-256. A work: id (16), pixel hash (32), width, height, kept width, kept height (4 each),
/// packed bytes (4). Numbers are little-endian; shares are parts of 10,000.
enum ModelFile {
    struct Content {
        var works: [StyleModel.WorkEntry]
        var analysis: StyleAnalysis
    }

    private static let magic = Array("ATELSTYL".utf8)
    private static let digestBytes = 32

    static func write(
        learning works: [StyleWork], progress: @Sendable (Double) -> Void
    ) throws(StyleError) -> [UInt8] {
        let sorted = try checkedAndSorted(works)
        var analyzer = StyleAnalyzer()
        var table = ModelWriter()
        var pixels: [UInt8] = []
        for (index, entry) in sorted.enumerated() {
            progress(Double(index) / Double(sorted.count))
            let canvas = learned(entry.work.picture)
            analyzer.add(canvas)
            let packed = PackedPixels.pack(canvas)
            table.append(entry.work.id)
            table.append(entry.hash)
            let sizes = [
                entry.work.picture.width, entry.work.picture.height, canvas.width, canvas.height,
                packed.count,
            ]
            for size in sizes { table.append(size, bytes: 4) }
            pixels.append(contentsOf: packed)
        }
        var file = ModelWriter()
        file.append(magic)
        let version = Array(StyleModel.engineVersion.utf8)
        file.append(version.count, bytes: 1)
        file.append(version)
        file.append(sorted.count, bytes: 4)
        file.append(table.bytes)
        AnalysisFile.write(analyzer.analysis, to: &file)
        file.append(pixels)
        file.append(Array(SHA256.hash(data: file.bytes)))
        progress(1)
        return file.bytes
    }

    static func read(_ bytes: [UInt8]) throws(StyleError) -> Content {
        guard bytes.count <= Limits.modelBytes else {
            throw .damagedModel(
                reason: "it has \(bytes.count) bytes, more than \(Limits.modelBytes)")
        }
        guard bytes.starts(with: magic), bytes.count > magic.count + digestBytes else {
            throw .damagedModel(reason: "it does not begin like a style model")
        }
        let body = bytes.dropLast(digestBytes)
        guard Array(SHA256.hash(data: body)) == Array(bytes.suffix(digestBytes)) else {
            throw .damagedModel(reason: "its checksum does not fit")
        }
        var reader = ModelReader(body)
        _ = try reader.run(magic.count)
        let version = String(
            decoding: try reader.run(reader.number(bytes: 1, in: 1...64, "the version's length")),
            as: UTF8.self)
        guard version == StyleModel.engineVersion else {
            throw .otherEngine(version: String(version.filter { $0.isASCII && !$0.isNewline }))
        }
        let count = try reader.number(bytes: 4, in: 1...Limits.works, "the number of works")
        var drafts: [EntryDraft] = []
        for _ in 0..<count { drafts.append(try EntryDraft(&reader)) }
        let analysis = try AnalysisFile.read(&reader)
        var works: [StyleModel.WorkEntry] = []
        for draft in drafts {
            let packed = try reader.run(draft.packedBytes)
            works.append(draft.entry(packed: packed.startIndex..<packed.endIndex))
            let canvas = PackedPixels.unpack(
                packed, width: draft.learnedWidth, height: draft.learnedHeight)
            guard canvas != nil else {
                throw .damagedModel(reason: "a work's pixels do not unpack")
            }
        }
        guard reader.isAtEnd else { throw .damagedModel(reason: "bytes follow its end") }
        return Content(works: works, analysis: analysis)
    }

    /// The work at the size at which a model keeps it.
    private static func learned(_ picture: Picture) -> Canvas {
        let short = Double(min(picture.width, picture.height))
        let area = Double(picture.width * picture.height)
        let scale = min(
            1, Double(Limits.learnedSide) / short,
            (Double(Limits.learnedPixels) / area).squareRoot())
        let canvas = Canvas(picture)
        guard scale < 1 else { return canvas }
        return canvas.scaled(
            width: Int(Double(picture.width) * scale), height: Int(Double(picture.height) * scale))
    }

    private static func checkedAndSorted(
        _ works: [StyleWork]
    ) throws(StyleError) -> [(work: StyleWork, hash: [UInt8])] {
        guard !works.isEmpty else { throw .noWorks }
        guard works.count <= Limits.works else {
            throw .tooManyWorks(count: works.count, limit: Limits.works)
        }
        for work in works {
            guard work.id.count == 16 else { throw .wrongWorkID(bytes: work.id.count) }
            guard min(work.picture.width, work.picture.height) >= Limits.workSide else {
                throw .workTooSmall(
                    width: work.picture.width, height: work.picture.height, limit: Limits.workSide)
            }
        }
        guard Set(works.map(\.id)).count == works.count else { throw .repeatedWork }
        return works.map { ($0, $0.picture.pixelHash) }.sorted { left, right in
            (left.1 + left.0.id).lexicographicallyPrecedes(right.1 + right.0.id)
        }
    }
}

/// A row of the work table, before its pixels are found.
private struct EntryDraft {
    let id: [UInt8]
    let pixelHash: [UInt8]
    let width: Int
    let height: Int
    let learnedWidth: Int
    let learnedHeight: Int
    let packedBytes: Int

    init(_ reader: inout ModelReader) throws(StyleError) {
        id = Array(try reader.run(16))
        pixelHash = Array(try reader.run(32))
        let sides = Limits.workSide...Limits.side
        width = try reader.number(bytes: 4, in: sides, "a width")
        height = try reader.number(bytes: 4, in: sides, "a height")
        learnedWidth = try reader.number(bytes: 4, in: sides, "a kept width")
        learnedHeight = try reader.number(bytes: 4, in: sides, "a kept height")
        packedBytes = try reader.number(bytes: 4)
        guard learnedWidth * learnedHeight <= Limits.learnedPixels else {
            throw .damagedModel(reason: "a work has more pixels than a model keeps")
        }
    }

    func entry(packed: Range<Int>) -> StyleModel.WorkEntry {
        StyleModel.WorkEntry(
            id: id, pixelHash: pixelHash, width: width, height: height, learnedWidth: learnedWidth,
            learnedHeight: learnedHeight, packedRange: packed)
    }
}
