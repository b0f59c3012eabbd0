import Foundation
import SyncKit

/// Writes an ``Archive`` file by file.
final class ArchiveWriter {
    private let handle: FileHandle
    private let path: String
    private let time: Int

    /// Makes the file, which must not be there, for its owner alone.
    init(creating file: URL, time: Int) throws {
        path = file.shownPath
        self.time = time
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = file.withFileName { open($0, flags, 0o600) }
        guard descriptor >= 0 else {
            throw LibraryError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Adds bytes under a name.
    func add(_ bytes: [UInt8], name: String) throws {
        try begin(name, size: bytes.count)
        try write(bytes)
        try write([UInt8](repeating: 0, count: Archive.padding(of: bytes.count)))
    }

    /// Adds a file's contents under a name; a file that grows or shrinks meanwhile is an error.
    func add(contentsOf file: URL, name: String) throws {
        let source = try LibraryFile.open(file)
        let size = Int(clamping: try source.seekToEnd())
        try source.seek(toOffset: 0)
        try begin(name, size: size)
        var rest = size
        while rest > 0 {
            let bytes = [UInt8](try source.read(upToCount: min(rest, 1 << 20)) ?? Data())
            guard !bytes.isEmpty else {
                throw LibraryError.unreadable(path: file.shownPath, reason: "it was cut short")
            }
            try write(bytes)
            rest -= bytes.count
        }
        try write([UInt8](repeating: 0, count: Archive.padding(of: size)))
    }

    /// Ends the archive, on the disk when this returns.
    func close() throws {
        try write([UInt8](repeating: 0, count: 2 * Archive.block))
        do {
            try handle.synchronize()
            try handle.close()
        } catch {
            throw LibraryError.unwritable(path: path, reason: error.localizedDescription)
        }
    }

    private func begin(_ name: String, size: Int) throws {
        guard name.utf8.count < 100, size <= Archive.largestFile else {
            throw LibraryError.tooLarge(path: name, limit: Archive.largestFile)
        }
        try write(Archive.Header(name: name, size: size, mode: 0o600, time: time).bytes)
    }

    private func write(_ bytes: [UInt8]) throws {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw LibraryError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
