/// A batch on its way, for those who measure.
@_spi(Measuring)
public struct MeasuredBatch: Sendable {
    private let batch: EncodedBatch

    init(_ batch: EncodedBatch) {
        self.batch = batch
    }

    /// The wire form, before compression and sealing.
    public var bytes: [UInt8] { batch.bytes }

    /// What is sealed.
    public func compressed() throws -> [UInt8] {
        try Zstandard.compress(batch.bytes, sectionEnds: batch.sectionEnds)
    }
}
