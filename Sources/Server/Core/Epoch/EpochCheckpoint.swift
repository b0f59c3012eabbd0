import Foundation
import Synchronization

/// The small file beside the database that records how far the database had come.
///
/// It is written after the transaction, in place, 55 bytes, so it never runs ahead of a database
/// that is going on. A database that is behind it was wiped or set back. A crash of the program
/// loses none of it; a power cut at most the last ``Limits/segmentsPerCheckpoint`` segments.
final class EpochCheckpoint: Sendable {
    /// How far a database has come.
    struct Reading: Hashable, Sendable, Comparable {
        let epoch: Int
        /// How many segments were ever stored, of all accounts.
        let segments: Int64

        static func < (left: Self, right: Self) -> Bool {
            (left.epoch, left.segments) < (right.epoch, right.segments)
        }
    }

    private struct State {
        var last: Reading?
        var synced: Reading?
    }

    private let path: String
    private let handle: FileHandle
    private let state = Mutex(State())

    /// Opens the file, or makes an empty one.
    init(_ file: URL) throws {
        path = file.path
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ServerError.unusableFolder(path: path, reason: "error \(errno)")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// What the file says; nil where it is new or damaged.
    func read() throws -> Reading? {
        try state.withLock { state in
            try handle.seek(toOffset: 0)
            let bytes = try handle.read(upToCount: Reading.byteCount) ?? Data()
            let reading = Reading(text: String(decoding: bytes, as: UTF8.self))
            state.last = reading
            return reading
        }
    }

    /// Writes what the database says, unless more was written already.
    func note(_ reading: Reading) throws {
        try state.withLock { state in
            if let last = state.last, reading <= last { return }
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data(reading.text.utf8))
            state.last = reading
            if let synced = state.synced, synced.epoch == reading.epoch,
                reading.segments - synced.segments < Limits.segmentsPerCheckpoint
            {
                return
            }
            try handle.synchronize()
            state.synced = reading
        }
    }
}

extension EpochCheckpoint.Reading {
    fileprivate static let byteCount = 55
    private static let digits = 19

    /// Counts one more stored segment.
    ///
    /// Not in PostgreSQL, where nothing reads it, and every push would wait for every other's.
    static func count(in db: Database) throws {
        guard db.kind == .sqlite else { return }
        try db.post("UPDATE setting SET value = value + 1 WHERE name = 'segments'")
    }

    /// After ``count(in:)``.
    func afterOneMore(in db: Database) -> Self {
        Self(epoch: epoch, segments: db.kind == .sqlite ? segments + 1 : segments)
    }

    /// The statement that finds what ``init(_:)`` reads.
    static let statement = SQLStatement(
        "SELECT name, value FROM setting WHERE name IN ('epoch', 'segments')")

    /// Reads the database.
    init(of db: Database) throws {
        try self.init(db.rows(Self.statement.sql))
    }

    /// Reads rows of the database.
    init(_ rows: [Row]) throws {
        let values = Dictionary(
            try rows.map { (try $0["name"] as String, try $0["value"] as Int64) },
            uniquingKeysWith: max)
        guard let epoch = values["epoch"].flatMap({ Int(exactly: $0) }),
            let segments = values["segments"]
        else { throw StoredFormError(column: "epoch") }
        self.init(epoch: epoch, segments: segments)
    }

    /// Fixed in length, so that writing it again leaves nothing of the old.
    fileprivate var text: String {
        "epoch \(Self.padded(Int64(epoch))) segments \(Self.padded(segments))\n"
    }

    /// Reads the file's text; nil where that is damaged.
    init?(text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard
            text.utf8.count == Self.byteCount, text.hasSuffix("\n"), words.count == 4,
            words[0] == "epoch", words[2] == "segments", let epoch = Int(words[1]), epoch > 0,
            let segments = Int64(words[3].dropLast()), segments >= 0
        else { return nil }
        self.init(epoch: epoch, segments: segments)
    }

    private static func padded(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
