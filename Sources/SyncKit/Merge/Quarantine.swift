import Crypto
import GRDB

/// Received segments that could not be applied yet: a key, a time or a newer program may come.
///
/// Bounded: a server could send what looks like that for ever.
struct Quarantine {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Keeps a segment with the reason.
    func keep(_ segment: SequencedSegment, reason: String) throws {
        try PreparedStatement(
            "INSERT INTO sync_quarantine(sequence, bytes, digest, reason) VALUES(?, ?, ?, ?)",
            in: db
        ).run(
            .sequence(segment.sequence), .blob(segment.bytes),
            .blob(SealedSegment.hash(of: segment.bytes)), .text(reason))
    }

    /// Stands for all that is set aside, 0 for nothing: two replicas that set the same aside can
    /// compare their states all the same, so that nobody can switch that off by sending junk.
    func digest() throws -> UInt64 {
        let found = try PreparedStatement(
            "SELECT digest FROM sync_quarantine ORDER BY digest", in: db)
        var hash = SHA256()
        var isEmpty = true
        while try found.step() {
            isEmpty = false
            hash.update(bufferPointer: found.borrowed(0))
        }
        return isEmpty ? 0 : hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// How much is set aside. Counting it reads all of it: once for a page.
    struct Load {
        private(set) var segments: Int64
        private(set) var bytes: Int64

        /// Whether there is no room for another segment.
        var isFull: Bool {
            segments >= Int64(Limits.quarantineSegments)
                || bytes > Int64(Limits.quarantineBytes - Limits.segmentBytes)
        }

        mutating func add(_ segment: SequencedSegment) {
            segments += 1
            bytes += Int64(segment.bytes.count)
        }
    }

    /// How much is set aside.
    func load() throws -> Load {
        let found = try PreparedStatement(
            "SELECT count(*), ifnull(sum(length(bytes)), 0) FROM sync_quarantine", in: db)
        guard try found.step() else { return Load(segments: 0, bytes: 0) }
        return Load(segments: found.integer(0), bytes: found.integer(1))
    }

    /// The segment with a digest.
    func segment(_ digest: [UInt8]) throws -> SealedSegment? {
        let found = try PreparedStatement(
            "SELECT bytes FROM sync_quarantine WHERE digest = ?", in: db)
        try found.bind([.blob(digest)])
        guard try found.step() else { return nil }
        return try? SealedSegment(bytes: found.bytes(0))
    }

    /// Forgets what a snapshot up to `cursor` holds.
    func forget(through cursor: ServerSequence) throws {
        try PreparedStatement(
            "DELETE FROM sync_quarantine WHERE sequence BETWEEN 1 AND ?", in: db
        ).run(.sequence(cursor))
    }

    /// Notes that the segments are of an order that the server has lost: from now on their sequence
    /// is 0, they belong to no chain, and no snapshot holds them.
    func forgetSequences() throws {
        try db.execute(sql: "UPDATE sync_quarantine SET sequence = 0")
    }
}
