import Foundation
import SystemSupport

/// Sealed chunks in a file, one after the other: 4 bytes of length, big-endian, then the bytes;
/// a length of 0 ends the file, so that a cut is noticed.
final class ChunkFile {
    private let url: URL
    private let handle: FileHandle
    /// Where each chunk begins, and its length.
    private var spans: [(offset: UInt64, length: Int)] = []
    private var end: UInt64

    /// An empty file at `url`, after `prefix`.
    ///
    /// - Throws: ``BundleError/unwritable(path:reason:)``, as everything that writes.
    init(creating url: URL, prefix: [UInt8] = []) throws {
        let descriptor = url.withFileName {
            open($0, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw Self.unwritable(url, errno) }
        self.url = url
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        end = UInt64(prefix.count)
        try writing { try $0.write(contentsOf: Data(prefix)) }
    }

    /// The file at `url`, whose chunks begin after `prefix`.
    ///
    /// - Throws: ``BundleError/unreadable(path:reason:)``, also for a folder or a named pipe.
    init(reading url: URL, prefix: [UInt8]) throws {
        self.url = url
        do throws(RegularFile.Unreadable) {
            let opened = try RegularFile(opening: url)
            handle = FileHandle(fileDescriptor: opened.descriptor, closeOnDealloc: true)
        } catch {
            throw Self.unreadable(url, error.reason)
        }
        end = 0
        guard try Self.read(prefix.count, from: handle) == prefix else {
            throw BundleError.notABundle
        }
        end = UInt64(prefix.count)
        try readSpans()
    }

    deinit {
        try? handle.close()
    }

    /// The file's size in bytes.
    var size: Int { Int(end) + 4 }

    /// How many chunks there are.
    var count: Int { spans.count }

    func append(_ bytes: [UInt8]) throws {
        var writer = ByteWriter()
        writer.appendBigEndian(UInt32(bytes.count))
        try writing { handle in
            try handle.seek(toOffset: end)
            try handle.write(contentsOf: Data(writer.bytes))
            try handle.write(contentsOf: Data(bytes))
        }
        spans.append((end + 4, bytes.count))
        end += 4 + UInt64(bytes.count)
    }

    /// Ends the file and forces it to disk.
    func close() throws {
        try writing { handle in
            try handle.seek(toOffset: end)
            try handle.write(contentsOf: Data([0, 0, 0, 0]))
            try handle.synchronize()
        }
    }

    /// Foundation's errors do not say what happened in words for people.
    private func writing(_ write: (FileHandle) throws -> Void) throws {
        do {
            try write(handle)
        } catch let error as CocoaError {
            let system = error.userInfo[NSUnderlyingErrorKey] as? NSError
            throw Self.unwritable(url, Int32(clamping: system?.code ?? Int(EIO)))
        }
    }

    private static func unwritable(_ url: URL, _ code: Int32) -> BundleError {
        .unwritable(path: url.shownPath, reason: String(cString: strerror(code)))
    }

    private static func unreadable(_ url: URL, _ reason: String) -> BundleError {
        .unreadable(path: url.shownPath, reason: reason)
    }

    func chunk(_ index: Int) throws -> [UInt8] {
        let span = spans[index]
        try handle.seek(toOffset: span.offset)
        return try Self.read(span.length, from: handle)
    }

    private func readSpans() throws {
        let size = try handle.seekToEnd()
        while true {
            try handle.seek(toOffset: end)
            let head = try Self.read(4, from: handle)
            guard head.count == 4 else { throw BundleError.cutOff }
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            if length == 0 { return }
            guard length <= Limits.segmentBytes, spans.count < Limits.chunks else {
                throw BundleError.notABundle
            }
            guard end + 4 + UInt64(length) <= size else { throw BundleError.cutOff }
            spans.append((end + 4, length))
            end += 4 + UInt64(length)
        }
    }

    private static func read(_ count: Int, from handle: FileHandle) throws -> [UInt8] {
        guard count > 0 else { return [] }
        return Array(try handle.read(upToCount: count) ?? Data())
    }
}
