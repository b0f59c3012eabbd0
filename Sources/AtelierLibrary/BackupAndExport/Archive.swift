import Foundation
import SystemSupport

/// Writes an ``Archive`` file by file.
final class ArchiveWriter {
    private let handle: FileHandle
    private let path: String
    private let time: Int

    /// Creates the file at mode 0600; it must not exist.
    init(creating file: URL, time: Int) throws {
        path = file.shownPath
        self.time = time
        handle = try LibraryFile.create(file)
    }

    /// Adds a file of these bytes.
    func add(_ bytes: [UInt8], name: String) throws {
        try begin(name, size: bytes.count)
        try write(bytes)
        try write([UInt8](repeating: 0, count: Archive.padding(of: bytes.count)))
    }

    /// Adds a file's contents under a name.
    ///
    /// - Throws: ``LibraryError/unreadable(path:reason:)`` where the file shrinks meanwhile.
    func add(contentsOf file: URL, name: String) throws {
        let source = try LibraryFile.open(file)
        let size = Int(clamping: try source.seekToEnd())
        try source.seek(toOffset: 0)
        try begin(name, size: size)
        var rest = size
        while rest > 0 {
            let bytes = [UInt8](try source.read(upToCount: min(rest, 1 << 20)) ?? Data())
            guard !bytes.isEmpty else {
                throw LibraryError.unreadable(
                    path: file.shownPath, reason: "it became shorter while it was read")
            }
            try write(bytes)
            rest -= bytes.count
        }
        try write([UInt8](repeating: 0, count: Archive.padding(of: size)))
    }

    /// Ends the archive; it is durable when this returns.
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

/// Reads an ``Archive`` file by file.
final class ArchiveReader {
    private let handle: FileHandle
    private let path: String

    init(_ file: URL) throws {
        path = file.shownPath
        handle = try LibraryFile.open(file)
    }

    /// The next header; nil at the end of the archive, which must be two zero blocks.
    func next() throws -> Archive.Header? {
        let block = try read(Archive.block)
        if block.allSatisfy({ $0 == 0 }) {
            guard try read(Archive.block).allSatisfy({ $0 == 0 }) else { throw damaged }
            return nil
        }
        guard let header = Archive.Header(block) else { throw damaged }
        return header
    }

    /// The contents after the last header, in pieces.
    func contents(of header: Archive.Header, _ body: ([UInt8]) throws -> Void) throws {
        var rest = header.size
        while rest > 0 {
            let bytes = try read(min(rest, 1 << 20))
            try body(bytes)
            rest -= bytes.count
        }
        _ = try read(Archive.padding(of: header.size))
    }

    private func read(_ count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        let bytes = [UInt8]((try? handle.read(upToCount: count)) ?? Data())
        guard bytes.count == count else { throw damaged }
        return bytes
    }

    private var damaged: LibraryError {
        .damaged(path: path, reason: "it is not a complete backup")
    }
}
