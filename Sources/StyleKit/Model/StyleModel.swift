import Crypto

/// A style learned from one artist's works, and from nothing else.
///
/// It holds the works' pixels at working size and what was measured in them. It is a pure function
/// of the works and the engine version: the same works in any order give the same bytes on every
/// machine, so a model without a work is the model that never saw it.
public struct StyleModel: Sendable, Equatable {
    /// One work that the model learned from.
    public struct WorkEntry: Sendable, Equatable {
        /// The work's id: 16 bytes.
        public let id: [UInt8]
        /// The hash of the work's pixels: ``Picture/pixelHash``, 32 bytes.
        public let pixelHash: [UInt8]
        /// The work's own width, in pixels.
        public let width: Int
        /// The work's own height, in pixels.
        public let height: Int
        /// The width at which the model keeps it.
        package let learnedWidth: Int
        /// The height at which the model keeps it.
        package let learnedHeight: Int
        /// What was counted in it.
        let measures: WorkMeasures
        /// Where its packed pixels lie in the model's bytes.
        let packedRange: Range<Int>
    }

    /// Names the method; a model of another version must be learned again.
    public static let engineVersion = "atelier-style/6"

    /// The whole model as a file, ending with a SHA-256 over all before.
    public let bytes: [UInt8]
    /// SHA-256 of ``bytes``: the model's id, 32 bytes.
    public let digest: [UInt8]
    /// The works it learned from, by pixel hash.
    public let works: [WorkEntry]
    /// What was measured in the works; found anew at each call, in some milliseconds.
    public var analysis: StyleAnalysis {
        StyleAnalysis(WorkMeasures(sum: works.map(\.measures)))
    }

    /// SHA-256 over the id and pixel hash of every work, by pixel hash: 32 bytes.
    public var worksDigest: [UInt8] {
        var hash = SHA256()
        for work in works { hash.update(data: work.id + work.pixelHash) }
        return Array(hash.finalize())
    }

    /// Learns the style of these works.
    ///
    /// - Parameters:
    ///   - works: At least one, each side at least ``Limits/workSide`` pixels; in any order.
    ///   - progress: Called with 0 to 1 from this thread.
    /// - Throws: ``StyleError`` if a work is too small, given twice or there are none or too many.
    public init(
        learning works: [StyleWork], progress: @Sendable (Double) -> Void = { _ in }
    ) throws(StyleError) {
        try self.init(
            bytes: ModelFile.write(learning: works, keeping: [], progress: progress))
    }

    /// Learns from works that a model knows already, and from new ones.
    ///
    /// The kept works need no pictures and cost next to nothing. The bytes are those of learning
    /// from all of them from scratch.
    ///
    /// - Parameters:
    ///   - model: A model that knows works.
    ///   - ids: The ids of those that are left out; ids that it does not know are passed over.
    ///   - works: New works, each side at least ``Limits/workSide`` pixels; in any order.
    ///   - progress: Called with 0 to 1 from this thread.
    /// - Throws: ``StyleError`` as for ``init(learning:progress:)``.
    public init(
        from model: StyleModel, without ids: Set<[UInt8]> = [], adding works: [StyleWork] = [],
        progress: @Sendable (Double) -> Void = { _ in }
    ) throws(StyleError) {
        let kept = model.works.filter { !ids.contains($0.id) }
        try self.init(
            bytes: ModelFile.write(
                learning: works, keeping: kept.map { ModelEntry($0, of: model) },
                progress: progress))
    }

    /// Learns from works that were read one by one, and from those that a model knows already.
    ///
    /// The bytes are those of learning from all the pictures from scratch.
    ///
    /// - Parameters:
    ///   - lessons: What was learned from each new work; in any order.
    ///   - model: A model that knows works; nil for none.
    ///   - ids: The ids of its works that are left out.
    /// - Throws: ``StyleError`` as for ``init(learning:progress:)``.
    public init(
        lessons: [StyleLesson], and model: StyleModel? = nil, without ids: Set<[UInt8]> = []
    ) throws(StyleError) {
        var entries = lessons.map(\.entry)
        if let model {
            entries += model.works.filter { !ids.contains($0.id) }.map { ModelEntry($0, of: model) }
        }
        try self.init(bytes: ModelFile.write(learning: [], keeping: entries, progress: { _ in }))
    }

    /// Reads a model from its bytes and checks all of it.
    ///
    /// - Parameter bytes: A whole model file; it may come from a stranger.
    /// - Throws: ``StyleError/damagedModel(reason:)`` or ``StyleError/otherEngine(version:)``.
    public init(bytes: [UInt8]) throws(StyleError) {
        works = try ModelFile.read(bytes)
        self.bytes = bytes
        digest = Array(SHA256.hash(data: bytes))
    }

    /// The kept pixels of one work, premultiplied.
    func canvas(of work: WorkEntry) throws(StyleError) -> Canvas {
        let canvas = PackedPixels.unpack(
            bytes[work.packedRange], width: work.learnedWidth, height: work.learnedHeight)
        guard let canvas else { throw .damagedModel(reason: "a work's pixels do not unpack") }
        return canvas
    }
}

/// One work of the artist, as it is learned from.
public struct StyleWork: Sendable {
    /// The work's id in the library: 16 bytes.
    public let id: [UInt8]
    /// The work as it was imported, at full size.
    public let picture: Picture

    /// Pairs an id with a picture.
    public init(id: [UInt8], picture: Picture) {
        self.id = id
        self.picture = picture
    }
}
