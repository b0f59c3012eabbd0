/// The record of one work in a model file: made once, and copied unchanged into later models.
struct ModelEntry {
    let id: [UInt8]
    let pixelHash: [UInt8]
    let width: Int
    let height: Int
    let learnedWidth: Int
    let learnedHeight: Int
    let measures: WorkMeasures
    var figure: FigureMarks?
    let packed: ArraySlice<UInt8>

    /// Learns one work from its picture.
    init(_ work: StyleWork) throws(StyleError) {
        let picture = work.picture
        try ModelEntry.check(id: work.id, width: picture.width, height: picture.height)
        let rows = WorkDownscaler(width: picture.width, height: picture.height)
        picture.pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<picture.height { rows.add(base + row * picture.width * 4) }
        }
        self.init(id: work.id, pixelHash: picture.pixelHash, figure: work.figure, rows)
    }

    /// Learns one work from its file, row by row.
    init(id: [UInt8], file: PictureFile) throws {
        let (width, height) = file.uprightSize
        try ModelEntry.check(id: id, width: width, height: height)
        let rows = WorkDownscaler(width: width, height: height)
        var hash = PixelHash(width: width, height: height)
        try UprightRows(file).each { row in
            hash.add(row)
            rows.add(row)
        }
        self.init(id: id, pixelHash: hash.finished, figure: nil, rows)
    }

    private init(
        id: [UInt8], pixelHash: [UInt8], figure: FigureMarks?, _ rows: WorkDownscaler
    ) {
        self.id = id
        self.figure = figure
        self.pixelHash = pixelHash
        width = rows.width
        height = rows.height
        learnedWidth = rows.canvas.width
        learnedHeight = rows.canvas.height
        measures = WorkMeter.measure(rows.canvas)
        packed = PackedPixels.pack(rows.canvas)[...]
    }

    private static func check(id: [UInt8], width: Int, height: Int) throws(StyleError) {
        guard id.count == 16 else { throw .wrongWorkID(bytes: id.count) }
        guard min(width, height) >= Limits.workSide else {
            throw .workTooSmall(width: width, height: height, limit: Limits.workSide)
        }
    }

    /// Copies a record from a model.
    ///
    /// - Parameter figures: The marks of works by id, which replace the model's; nil keeps these.
    init(
        _ work: StyleModel.WorkEntry, of model: StyleModel, figures: [[UInt8]: FigureMarks]?
    ) {
        figure = figures.map { $0[work.id] } ?? work.figure
        id = work.id
        pixelHash = work.pixelHash
        width = work.width
        height = work.height
        learnedWidth = work.learnedWidth
        learnedHeight = work.learnedHeight
        measures = work.measures
        packed = model.bytes[work.packedRange]
    }
}

/// What a model keeps of one work, learned from its file: a few megabytes, whatever the size of the
/// file.
public struct LearnedWork: Sendable {
    let entry: ModelEntry

    /// ``Picture/pixelHash`` of the work: 32 bytes.
    public var pixelHash: [UInt8] { entry.pixelHash }

    /// Learns one work.
    ///
    /// - Parameters:
    ///   - id: The work's id in the library: 16 bytes.
    ///   - file: The whole file, of any ``PictureFormat``.
    /// - Throws: ``PictureError`` if it cannot be decoded; ``StyleError/wrongWorkID(bytes:)``,
    ///   ``StyleError/workTooSmall(width:height:limit:)``.
    public init(id: [UInt8], file: [UInt8]) throws {
        try self.init(id: id, file: file, stripBytes: Limits.stripBytes)
    }

    /// - Parameter stripBytes: The most bytes of decoded rows that are held at once.
    package init(id: [UInt8], file: [UInt8], stripBytes: Int) throws {
        entry = try ModelEntry(id: id, file: PictureFile(file, stripBytes: stripBytes))
    }
}
