import Foundation
import GRDB
import SyncKit
import SystemSupport

/// The library's database by the name that SQLite takes: text, where the path may be any bytes.
struct DatabaseFile {
    private let file: URL

    init(_ file: URL) {
        self.file = file
    }

    /// The path; where that is not UTF-8, its URI, which SQLite turns back into bytes.
    var name: String {
        String(validating: file.fileBytes, as: UTF8.self)
            ?? file.absoluteURL.absoluteString
    }

    /// The name for reading in a folder where SQLite cannot make its -wal and -shm files.
    ///
    /// Nil where the -wal file holds changes: without them the database would be an older state.
    var unchangingName: String? {
        let log = URL(fileBytes: file.fileBytes + Array("-wal".utf8))
        guard LibraryFile.size(of: log) == 0 else { return nil }
        return file.absoluteURL.absoluteString + "?immutable=1"
    }

    /// Opens the database for a copy, while other connections stay open.
    func open(toRead isReadOnly: Bool) throws -> DatabaseQueue {
        guard isReadOnly else { return try DatabaseQueue(path: name) }
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: unchangingName ?? name, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        return queue
    }
}
