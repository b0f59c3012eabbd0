/// What the device that made a snapshot says of it: the snapshot's first piece, sealed like the
/// chunks.
///
/// It proves that the snapshot is whole, of this library, and not older than what is here. Without
/// it a server could serve a part of a snapshot, or an old one, and have the rows
/// deleted that are not in it.
package struct SealedManifest: Sendable {
    /// Which snapshot: 16 random bytes.
    let id: [UInt8]
    /// The sequence up to which every segment is in it.
    let cursor: ServerSequence
    /// SHA-256 of each chunk, in order.
    package let chunks: [[UInt8]]
    /// The maker's digest of its state; nil where it held what waits for a newer program.
    let digest: UInt64?
    /// Where each replica's chain ends in it.
    let heads: [ReplicaID: ChainHeads.Head]
    /// The replica that made it; not sealed itself, but named by the header.
    var maker: ReplicaID?

    private static let version: UInt8 = 1

    /// Seals it as the piece that ends the chunks' chain.
    func sealed(
        by replica: ReplicaID, with sealer: SegmentSealer
    ) throws(SegmentError) -> SealedSegment {
        try sealer.seal(
            payload, replica: replica, number: UInt64(chunks.count) + 1,
            previous: chunks.last ?? SegmentHeader.noDigest, highestStamp: .zero,
            flags: [.snapshot, .manifest])
    }

    /// Opens what a server gives as the first piece of `snapshot`.
    ///
    /// - Throws: ``SegmentError`` where no device of the library sealed it;
    ///   ``StoreError/unsuitableSnapshot(_:)`` where it is of another snapshot than asked for.
    package static func opening(
        _ bytes: [UInt8], of snapshot: SnapshotManifest, with sealer: SegmentSealer
    ) throws -> SealedManifest {
        let sealed = try SealedSegment(bytes: bytes)
        let payload = try sealer.open(sealed)
        guard sealed.header.flags == [.snapshot, .manifest] else {
            throw StoreError.unsuitableSnapshot("its first piece is no manifest")
        }
        var manifest = try ByteReader.reading(payload) { (reader) throws(CodecError) in
            try SealedManifest(reading: &reader)
        }
        manifest.maker = sealed.header.replica
        guard
            manifest.id == snapshot.id, manifest.cursor == snapshot.cursor,
            manifest.chunks.count + 1 == snapshot.chunkCount
        else {
            throw StoreError.unsuitableSnapshot("its manifest is of another snapshot")
        }
        return manifest
    }

    /// - Parameter chunks: The SHA-256 of each chunk behind the manifest, in order.
    init(
        id: [UInt8], cursor: ServerSequence, chunks: [[UInt8]], digest: UInt64?,
        heads: [ReplicaID: ChainHeads.Head]
    ) {
        self.id = id
        self.cursor = cursor
        self.chunks = chunks
        self.digest = digest
        self.heads = heads
    }

    // MARK: - The sealed form

    private var payload: [UInt8] {
        var writer = ByteWriter()
        writer.append(byte: Self.version)
        writer.append(id)
        writer.append(varint: UInt64(clamping: cursor.rawValue))
        writer.append(byte: digest == nil ? 0 : 1)
        if let digest { writer.appendBigEndian(digest) }
        writer.append(count: chunks.count)
        for chunk in chunks { writer.append(chunk) }
        writer.append(count: heads.count)
        for (replica, head) in heads.sorted(by: { $0.key < $1.key }) {
            writer.append(replica.bytes)
            writer.append(varint: UInt64(clamping: head.number))
            writer.append(head.digest)
        }
        return writer.bytes
    }

    private init(reading reader: inout ByteReader) throws(CodecError) {
        guard try reader.byte() == Self.version else { throw .invalid("manifest's version") }
        id = try reader.bytes(16)
        cursor = ServerSequence(try Self.number(&reader))
        switch try reader.byte() {
        case 0: digest = nil
        case 1: digest = try reader.bigEndian64()
        default: throw .invalid("manifest's digest")
        }
        var chunks: [[UInt8]] = []
        let chunkCount = try reader.count(minimumBytes: 32)
        guard (1..<Limits.chunks).contains(chunkCount) else { throw .invalid("chunk count") }
        for _ in 0..<chunkCount { chunks.append(try reader.bytes(32)) }
        self.chunks = chunks
        var heads: [ReplicaID: ChainHeads.Head] = [:]
        let headCount = try reader.count(minimumBytes: 49)
        guard headCount <= Limits.chains else { throw .invalid("chain count") }
        for _ in 0..<headCount {
            let replica = ReplicaID(checked: try reader.bytes(16))
            let number = try Self.number(&reader)
            heads[replica] = ChainHeads.Head(number: number, digest: try reader.bytes(32))
        }
        self.heads = heads
        guard reader.isAtEnd else { throw .invalid("manifest's end") }
    }

    private static func number(_ reader: inout ByteReader) throws(CodecError) -> Int64 {
        guard let number = Int64(exactly: try reader.varint()) else { throw .invalid("number") }
        return number
    }
}
