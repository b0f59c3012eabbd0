public import SignedObjects

/// What one credit buys: one model, one set of settings, one seed, one engine version.
///
/// Rendering it again, on any day, is the same body and costs nothing more.
public struct RenderSpec: Hashable, Sendable {
    /// SHA-256 of the model file.
    public let model: Digest
    /// Digest of the works that the model learned from.
    public let works: Digest
    /// Digest of size, sketch and every other setting.
    public let settings: Digest
    /// The base seed.
    public let seed: UInt64
    /// The version of the synthesis, such as `1`.
    public let engine: String

    /// What is rendered; each field takes part in ``digest``.
    public init(model: Digest, works: Digest, settings: Digest, seed: UInt64, engine: String) {
        self.model = model
        self.works = works
        self.settings = settings
        self.seed = seed
        self.engine = engine
    }

    /// SHA-256 over the fields, in a fixed order: three digests, the seed as 8 bytes
    /// big-endian, the engine version.
    public var digest: Digest {
        let seedBytes = withUnsafeBytes(of: seed.bigEndian) { Array($0) }
        return Digest(
            of: model.bytes + works.bytes + settings.bytes + seedBytes + Array(engine.utf8))
    }
}
