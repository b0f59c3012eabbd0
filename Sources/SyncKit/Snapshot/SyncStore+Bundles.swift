import Crypto
public import Foundation
import GRDB
import SystemSupport

extension SyncStore {
    private static let bundlePrefix = Array("SyncKit bundle 1".utf8)

    /// Writes everything this replica holds into one sealed file, for another replica to import: a
    /// sync without any server, in as many files as there are directions.
    ///
    /// The file is replaced atomically: a crash leaves the old one or the new one.
    ///
    /// - Parameters:
    ///   - url: Where the file is written.
    ///   - keys: The library's keys.
    ///   - account: Whose library, 16 bytes.
    ///   - progress: Called with the number of chunks written.
    /// - Returns: The file's size in bytes.
    /// - Throws: ``BundleError/unwritable(path:reason:)``.
    @discardableResult
    public func exportBundle(
        to url: URL, keys: LibraryKeys, account: [UInt8], progress: (Int) -> Void = { _ in }
    ) throws -> Int {
        let sealer = SegmentSealer(keys: keys, account: account)
        let draft = url.appendingPathExtension("part-\(UUID().uuidString)")
        defer { _ = draft.withFileName { unlink($0) } }
        let file = try ChunkFile(creating: draft, prefix: Self.bundlePrefix)
        _ = try exportState(with: sealer) { chunk in
            try Task.checkCancellation()
            try file.append(chunk.bytes)
            progress(file.count)
        }
        try file.close()
        let status = draft.withFileName { from in url.withFileName { rename(from, $0) } }
        guard status == 0 else {
            throw BundleError.unwritable(
                path: url.shownPath, reason: String(cString: strerror(errno)))
        }
        return file.size
    }

    /// Merges a bundle; importing it again changes nothing.
    ///
    /// The whole file is checked before anything is merged, and merged as one.
    ///
    /// - Parameters:
    ///   - url: The file.
    ///   - keys: The library's keys.
    ///   - account: Whose library, 16 bytes.
    ///   - progress: Called with the number of chunks merged and how many there are.
    /// - Returns: How many changes altered something here.
    /// - Throws: ``BundleError``; ``SegmentError`` where a chunk is sealed with another key or was
    ///   changed; ``ClockError`` where a change is dated too far in the future.
    @discardableResult
    public func importBundle(
        from url: URL, keys: LibraryKeys, account: [UInt8],
        progress: (_ merged: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> Int {
        let sealer = SegmentSealer(keys: keys, account: account)
        let file = try ChunkFile(reading: url, prefix: Self.bundlePrefix)
        try Self.check(file, with: sealer)
        let result = try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            var importer = BundleImporter(
                session: session, wall: try correctedWall(session.db),
                replica: try StoreState(db: session.db).replica)
            for index in 0..<file.count {
                try Task.checkCancellation()
                let chunk = try SealedSegment(bytes: try file.chunk(index))
                try importer.merge(
                    try ChangeBatch(decoding: try sealer.open(chunk)), from: chunk.header.replica)
                progress(index + 1, file.count)
            }
            return importer
        }
        if result.isForked { try rotateReplicaID() }
        try notify(of: result.alteredTables)
        return result.altered
    }

    private static func check(_ file: ChunkFile, with sealer: SegmentSealer) throws {
        var previous = [UInt8](repeating: 0, count: 32)
        guard file.count > 0 else { throw BundleError.cutOff }
        for index in 0..<file.count {
            try Task.checkCancellation()
            let chunk = try SealedSegment(bytes: try file.chunk(index))
            guard
                chunk.header.flags == .snapshot, chunk.header.number == UInt64(index + 1),
                chunk.header.previous == previous
            else { throw BundleError.outOfOrder(chunk: index + 1) }
            _ = try ChangeBatch(decoding: try sealer.open(chunk))
            previous = chunk.hash
        }
    }
}

/// Merges the chunks of a bundle.
private struct BundleImporter {
    let session: StoreSession
    let wall: UInt64
    let replica: ReplicaID
    var altered = 0
    var alteredTables: Set<String> = []
    /// Whether the bundle was made by another copy of this database that was written to since.
    var isForked = false

    mutating func merge(_ batch: ChangeBatch, from sender: ReplicaID) throws {
        let state = StoreState(db: session.db)
        if sender == replica, !isForked {
            isForked = try batch.stamps.contains { dated in
                try dated.stamp.replica == replica.handle && !isKnown(dated.stamp.time)
            }
        }
        try state.receive(batch.highestStamp.time, wall: wall)
        let merger = try BatchMerger(batch, at: 0, wall: wall, in: session)
        try merger.merge()
        altered += merger.altered
        alteredTables.formUnion(merger.alteredTables)
    }

    private func isKnown(_ time: HybridTimestamp) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_stamps WHERE time = ? AND replica = ? LIMIT 1", in: session.db)
        try found.bind([
            .integer(Int64(clamping: time.rawValue)),
            .integer(try session.stamps.number(of: replica.handle)),
        ])
        return try found.step()
    }
}

/// Why a bundle could not be written or imported; nothing was changed.
public enum BundleError: Error, Equatable, CustomStringConvertible {
    /// The file is not a bundle.
    case notABundle
    /// The file ends too early.
    case cutOff
    /// A chunk is missing, repeated or out of order.
    case outOfOrder(chunk: Int)
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file cannot be written.
    case unwritable(path: String, reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .notABundle: "This file is not a bundle of this program."
        case .cutOff: "The bundle ends too early. Copy it again, whole."
        case .outOfOrder(let chunk):
            "Chunk \(chunk) of the bundle does not follow the one before. Make the bundle again."
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason). Nothing was changed."
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason). Make room or name another place."
        }
    }
}
