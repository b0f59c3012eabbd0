import Foundation
import GRDB
import SyncKit

/// The library's database as SQLite is told of it: by text, where its name may be any bytes.
struct DatabaseFile {
    private let file: URL

    init(_ file: URL) {
        self.file = file
    }

    /// The path, or where that is no text its URI, which SQLite turns back into bytes.
    var name: String {
        String(validating: file.fileBytes, as: UTF8.self)
            ?? file.absoluteURL.absoluteString
    }

    /// The name for reading where SQLite cannot make the files that it keeps beside a database.
    ///
    /// Nil where its log holds changes: read alone, the database would be an older state.
    var unchangingName: String? {
        let log = URL(fileBytes: file.fileBytes + Array("-wal".utf8))
        guard LibraryFile.size(of: log) == 0 else { return nil }
        return file.absoluteURL.absoluteString + "?immutable=1"
    }

    /// Opens it beside whoever has it open, to be copied.
    func open(toRead isReadOnly: Bool) throws -> DatabaseQueue {
        guard isReadOnly else { return try DatabaseQueue(path: name) }
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: unchangingName ?? name, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        return queue
    }
}
