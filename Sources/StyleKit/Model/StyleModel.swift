import Crypto

/// A style learned from one artist's works, and from nothing else.
///
/// It holds the works' pixels at working size and what was measured in them. It is a pure function
/// of the works and the engine version: the same works in any order give the same bytes on every
/// machine, and a model from which a work was removed is the model that never had it, byte for
/// byte.
public struct StyleModel: Sendable, Equatable {
    /// One work that the model learned from.
    public struct WorkEntry: Sendable, Equatable {
        /// The work's id in the library: 16 bytes.
        public let id: [UInt8]
        /// ``Picture/pixelHash`` of the work: 32 bytes.
        public let pixelHash: [UInt8]
        /// The width of the work, in pixels.
        public let width: Int
        /// The height of the work, in pixels.
        public let height: Int
        /// The width at which the model keeps it, in pixels.
        package let learnedWidth: Int
        /// The height at which the model keeps it, in pixels.
        package let learnedHeight: Int
        /// What the artist marked on it; nil where no figure can be made of it.
        public let figure: FigureMarks?
        /// What was measured in it.
        let measures: WorkMeasures
        /// Where its compressed pixels are in ``StyleModel/bytes``.
        let packedRange: Range<Int>
    }

    /// The version of learning and synthesis: a model of another version must be learned again.
    public static let engineVersion = "atelier-style/9"

    /// The model file, specified in Docs/style-model.md; it ends with a SHA-256 of all before.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``, the model's id: 32 bytes.
    public let digest: [UInt8]
    /// The works it learned from, ordered by pixel hash.
    public let works: [WorkEntry]
    /// What was measured in the works; computed at each call, in some milliseconds.
    public var analysis: StyleAnalysis {
        StyleAnalysis(WorkMeasures(sum: works.map(\.measures)))
    }

    /// SHA-256 over the pixel hash of every work, in the order of ``works``: 32 bytes. Who knows
    /// these hashes, as a server does of registered works, computes it without the model.
    public var worksDigest: [UInt8] {
        var hash = SHA256()
        for work in works { hash.update(data: work.pixelHash) }
        return Array(hash.finalize())
    }

    /// Learns from works.
    ///
    /// - Parameters:
    ///   - works: 1 to ``Limits/works``, in any order.
    ///   - progress: Called with 0 to 1, never decreasing, from this thread.
    /// - Throws: ``StyleError/noWorks``, ``StyleError/tooManyWorks(count:limit:)``,
    ///   ``StyleError/repeatedWork``, ``StyleError/wrongWorkID(bytes:)`` or
    ///   ``StyleError/workTooSmall(width:height:limit:)``.
    public init(
        learning works: [StyleWork], progress: @Sendable (Double) -> Void = { _ in }
    ) throws(StyleError) {
        try self.init(
            bytes: ModelFile.write(learning: works, keeping: [], progress: progress))
    }

    /// Learns from works of another model, and from new ones.
    ///
    /// The records of the kept works are copied. The bytes are those of learning from all the
    /// pictures again.
    ///
    /// - Parameters:
    ///   - model: The model whose works are kept.
    ///   - ids: The ids of its works that are removed; unknown ids are ignored.
    ///   - works: New works, in any order.
    ///   - figures: The marks of each kept work that has any, by its id; nil keeps those of the
    ///     model.
    ///   - progress: Called with 0 to 1 from this thread.
    /// - Throws: ``StyleError`` as for ``init(learning:progress:)``.
    public init(
        from model: StyleModel, without ids: Set<[UInt8]> = [], adding works: [StyleWork] = [],
        figures: [[UInt8]: FigureMarks]? = nil, progress: @Sendable (Double) -> Void = { _ in }
    ) throws(StyleError) {
        let kept = model.works.filter { !ids.contains($0.id) }
        try self.init(
            bytes: ModelFile.write(
                learning: works, keeping: kept.map { ModelEntry($0, of: model, figures: figures) },
                progress: progress))
    }

    /// Combines works that were learned from their files with works of another model.
    ///
    /// The bytes are those of learning from all the pictures again.
    ///
    /// - Parameters:
    ///   - learned: New works, in any order.
    ///   - model: The model whose works are kept; nil for none.
    ///   - ids: The ids of its works that are removed; unknown ids are ignored.
    ///   - figures: The marks of each work that has any, new or kept, by its id; other works have
    ///     none. No picture is decoded for changed marks.
    /// - Throws: ``StyleError`` as for ``init(learning:progress:)``.
    public init(
        combining learned: [LearnedWork], and model: StyleModel? = nil,
        without ids: Set<[UInt8]> = [], figures: [[UInt8]: FigureMarks] = [:]
    ) throws(StyleError) {
        var entries = learned.map(\.entry)
        for index in entries.indices { entries[index].figure = figures[entries[index].id] }
        if let model {
            entries += model.works.filter { !ids.contains($0.id) }
                .map { ModelEntry($0, of: model, figures: figures) }
        }
        try self.init(bytes: ModelFile.write(learning: [], keeping: entries, progress: { _ in }))
    }

    /// Reads a model file and validates all of it.
    ///
    /// - Parameter bytes: The whole file; it may be hostile.
    /// - Throws: ``StyleError/damagedModel(reason:)`` or ``StyleError/otherEngine(version:)``.
    public init(bytes: [UInt8]) throws(StyleError) {
        works = try ModelFile.read(bytes)
        self.bytes = bytes
        digest = Array(SHA256.hash(data: bytes))
    }

    /// The kept pixels of one work: premultiplied sRGB, `[learnedHeight, learnedWidth]`.
    ///
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    func canvas(of work: WorkEntry) throws(StyleError) -> Canvas {
        let canvas = PackedPixels.unpack(
            bytes[work.packedRange], width: work.learnedWidth, height: work.learnedHeight)
        guard let canvas else {
            throw .damagedModel(reason: "a work's pixels cannot be decompressed")
        }
        return canvas
    }
}

/// A work to learn from.
public struct StyleWork: Sendable {
    /// The work's id in the library: 16 bytes.
    public let id: [UInt8]
    /// The work at full size.
    public let picture: Picture
    /// What the artist marked on it, for figures.
    public let figure: FigureMarks?

    /// - Parameters:
    ///   - id: 16 bytes.
    ///   - picture: Each side at least ``Limits/workSide`` pixels.
    ///   - figure: What the artist marked on it; nil where it shows no character.
    public init(id: [UInt8], picture: Picture, figure: FigureMarks? = nil) {
        self.id = id
        self.picture = picture
        self.figure = figure
    }
}
