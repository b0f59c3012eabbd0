import Foundation
import SystemSupport

/// Reads a file in pieces, and knows where it ends.
final class BlobReader {
    /// The file's size in bytes when it was opened.
    let size: Int

    private let handle: FileHandle
    private let path: String
    private var position = 0

    /// - Throws: ``BlobError/unreadable(path:reason:)``, also for a folder or a named pipe.
    init(_ file: URL) throws(BlobError) {
        path = file.shownPath
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = file.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a file")
        }
        size = Int(clamping: status.st_size)
    }

    /// Whether everything was read.
    var isAtEnd: Bool { position >= size }

    /// The next bytes: `count` of them, fewer at the end.
    func read(_ count: Int) throws(BlobError) -> [UInt8] {
        let wanted = min(count, size - position)
        let data: Data?
        do {
            data = wanted > 0 ? try handle.read(upToCount: wanted) : Data()
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        let bytes = data.map { Array($0) } ?? []
        guard bytes.count == wanted else {
            throw .unreadable(path: path, reason: "it became shorter meanwhile")
        }
        position += wanted
        return bytes
    }
}

/// A file that is written beside its place, and moved there when it is whole.
struct BlobDraft {
    private let handle: FileHandle
    private let target: URL

    /// Writes a file of mode 0600.
    ///
    /// - Throws: ``BlobError/unwritable(path:reason:)``, and what `body` throws; the place is then
    ///   as it was.
    static func write(to target: URL, _ body: (BlobDraft) throws -> Void) throws {
        let draft = target.appendingPathExtension("part-\(UUID().uuidString)")
        defer { _ = draft.withFileName { unlink($0) } }
        let descriptor = draft.withFileName {
            open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
        guard descriptor >= 0 else { throw unwritable(target, String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try body(BlobDraft(handle: handle, target: target))
        do {
            try handle.synchronize()
            try handle.close()
        } catch {
            throw unwritable(target, error.localizedDescription)
        }
        let status = draft.withFileName { from in target.withFileName { rename(from, $0) } }
        guard status == 0 else { throw unwritable(target, String(cString: strerror(errno))) }
    }

    func append(_ bytes: [UInt8]) throws(BlobError) {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw Self.unwritable(target, error.localizedDescription)
        }
    }

    private static func unwritable(_ file: URL, _ reason: String) -> BlobError {
        .unwritable(path: file.shownPath, reason: reason)
    }
}
