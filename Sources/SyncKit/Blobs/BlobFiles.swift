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
        do throws(RegularFile.Unreadable) {
            let opened = try RegularFile(opening: file)
            size = opened.size
            handle = FileHandle(fileDescriptor: opened.descriptor, closeOnDealloc: true)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
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
    private let descriptor: CInt
    private let target: URL

    /// Writes a file of mode 0600.
    ///
    /// - Throws: ``BlobError/unwritable(path:reason:)``, and what `body` throws; the place is then
    ///   as it was.
    static func write(to target: URL, _ body: (BlobDraft) throws -> Void) throws {
        let file = target.appendingPathExtension("part-\(UUID().uuidString)")
        defer { _ = file.withFileName { unlink($0) } }
        let descriptor = try naming(target) { () throws(FileFailure) in
            try DurableFile.create(file)
        }
        defer { close(descriptor) }
        try body(BlobDraft(descriptor: descriptor, target: target))
        try naming(target) { () throws(FileFailure) in
            try DurableFile.sync(descriptor, of: file)
            try DurableFile.move(file, to: target, replacing: true)
        }
    }

    func append(_ bytes: [UInt8]) throws(BlobError) {
        try Self.naming(target) { () throws(FileFailure) in
            try DurableFile.write(bytes, to: descriptor, of: target)
        }
    }

    /// Errors name the file that a draft is for.
    private static func naming<Result>(
        _ file: URL, _ body: () throws(FileFailure) -> Result
    ) throws(BlobError) -> Result {
        do {
            return try body()
        } catch {
            throw .unwritable(path: file.shownPath, reason: error.reason)
        }
    }
}
