import CSQLite

/// The preview in a file of Clip Studio Paint.
///
/// The file is a row of chunks: `CHNK` and four letters, a length of eight bytes, big-endian, and
/// data. `CHNKSQLi` is an SQLite database, whose table `CanvasPreview` holds a PNG. The layers'
/// own pixels are in a form that is not published.
struct ClipStudioFile {
    static let signature = Array("CSFCHUNK".utf8)
    private static let headerBytes = 24
    private static let databaseName = Array("CHNKSQLi".utf8)
    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A PNG file.
    let preview: [UInt8]
    /// The size of the canvas, where the database tells it.
    let canvas: CanvasSize?

    init(_ bytes: [UInt8]) throws(ArtistFileError) {
        var image = try Self.database(in: UntrustedBytes(bytes))
        // A write-ahead log is no part of the file: SQLite would ask for one.
        if image.count > 19, image[18] == 2, image[19] == 2 { (image[18], image[19]) = (1, 1) }
        let found = try image.withUnsafeMutableBufferPointer {
            buffer throws(ArtistFileError) -> (preview: [UInt8]?, canvas: CanvasSize?) in
            let database = try PreviewDatabase(buffer)
            return (try database.preview(), database.canvas)
        }
        guard let preview = found.preview, preview.starts(with: Self.pngSignature) else {
            throw .unsupported(
                "it holds no preview", remedy: "In Clip Studio, export the picture as PNG or PSD")
        }
        self.preview = preview
        canvas = found.canvas
    }

    private static func database(in file: UntrustedBytes) throws(ArtistFileError) -> [UInt8] {
        var position = headerBytes
        for _ in 0..<Limits.clipChunks {
            guard let name = file.part(at: position, bytes: 8),
                let high = file.number(at: position + 8, bytes: 4), high < 1 << 16,
                let low = file.number(at: position + 12, bytes: 4),
                let body = file.part(at: position + 16, bytes: high << 32 | low)
            else { throw .corrupt(reason: "its database of layers is missing or truncated") }
            if name.starts(with: databaseName) {
                guard body.count <= Limits.databaseBytes else {
                    throw .unsupported("its database has \(body.count) bytes")
                }
                return Array(body.bytes)
            }
            position += 16 + body.count
        }
        throw .corrupt(reason: "it has too many chunks")
    }
}

/// A stranger's database in memory, opened for reading only, without views, triggers and functions
/// that its schema may name.
private final class PreviewDatabase {
    private let handle: OpaquePointer
    private var thousandSteps = 0

    /// - Parameter image: The database file; the memory must outlive this and is not changed.
    init(_ image: UnsafeMutableBufferPointer<UInt8>) throws(ArtistFileError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let state = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard state == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw .unsupported("SQLite did not start")
        }
        handle = opened
        atelier_sqlite_distrust(handle)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(Limits.previewBytes))
        let count = sqlite3_int64(image.count)
        let isTaken =
            sqlite3_deserialize(
                handle, "main", image.baseAddress, count, count,
                UInt32(SQLITE_DESERIALIZE_READONLY)) == SQLITE_OK
        guard isTaken else { throw .corrupt(reason: "its database cannot be opened") }
        sqlite3_progress_handler(
            handle, 1_000,
            { context in
                guard let context else { return 1 }
                let database = Unmanaged<PreviewDatabase>.fromOpaque(context).takeUnretainedValue()
                database.thousandSteps += 1
                return database.thousandSteps > Limits.databaseThousandSteps ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { sqlite3_close(handle) }

    /// The preview; nil where there is none.
    func preview() throws(ArtistFileError) -> [UInt8]? {
        guard try isPlainTable("CanvasPreview") else { return nil }
        return try row("SELECT ImageData FROM CanvasPreview LIMIT 1") { statement in
            let count = Int(sqlite3_column_bytes(statement, 0))
            guard let bytes = sqlite3_column_blob(statement, 0) else { return [] }
            return Array(UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }

    /// The size of the canvas, where it is told in pixels.
    var canvas: CanvasSize? {
        let sql = "SELECT CanvasWidth, CanvasHeight FROM Canvas WHERE CanvasUnit = 0 LIMIT 1"
        guard (try? isPlainTable("Canvas")) == true,
            let sides = try? row(
                sql,
                { statement in
                    [sqlite3_column_double(statement, 0), sqlite3_column_double(statement, 1)]
                }), sides.allSatisfy({ (1...1e9).contains($0) })
        else { return nil }
        return CanvasSize(width: Int(sides[0]), height: Int(sides[1]))
    }

    /// Whether a name is that of a table with rows of its own: no view and no virtual table.
    private func isPlainTable(_ name: String) throws(ArtistFileError) -> Bool {
        let sql = """
            SELECT count(*) FROM sqlite_schema
            WHERE name = '\(name)' AND type = 'table' AND rootpage > 0
            """
        return try row(sql) { sqlite3_column_int($0, 0) == 1 } ?? false
    }

    /// What `read` takes from the first row; nil without one.
    private func row<Value>(
        _ sql: String, _ read: (OpaquePointer) -> Value
    ) throws(ArtistFileError) -> Value? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement
        else { throw .corrupt(reason: "its database is damaged") }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return read(statement)
        case SQLITE_DONE: return nil
        case SQLITE_TOOBIG: throw .unsupported("its preview is too large")
        case SQLITE_INTERRUPT: throw .unsupported("its database takes too long to read")
        default: throw .corrupt(reason: "its database is damaged")
        }
    }
}
