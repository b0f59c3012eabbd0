import Foundation
import SystemSupport

/// A tar file (POSIX ustar) of plain files, read and written as a stream, so that any tool opens a
/// backup.
enum Archive {
    /// Bytes of a block: headers and contents are rounded up to it.
    static let block = 512
    /// The most bytes that the size field of the format holds.
    static let largestFile = 0o77_777_777_777

    /// The header block before a file's contents.
    struct Header: Equatable {
        /// A relative path with `/`, at most 100 bytes.
        let name: String
        let size: Int
        let mode: Int
        /// Seconds since 1970 UTC.
        let time: Int

        var bytes: [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Archive.block)
            func put(_ text: String, at place: Int) {
                bytes.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
            }
            put(name, at: 0)
            put(Self.octal(mode, 7), at: 100)
            put(Self.octal(0, 7), at: 108)
            put(Self.octal(0, 7), at: 116)
            put(Self.octal(size, 11), at: 124)
            put(Self.octal(time, 11), at: 136)
            put(String(repeating: " ", count: 8), at: 148)
            put("0", at: 156)
            put("ustar\u{0}00", at: 257)
            put(Self.octal(bytes.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
            return bytes
        }

        init(name: String, size: Int, mode: Int, time: Int) {
            (self.name, self.size, self.mode, self.time) = (name, size, mode, time)
        }

        /// Reads a block; nil where it is no header of a plain file.
        init?(_ bytes: [UInt8]) {
            guard bytes.count == Archive.block, Array(bytes[257..<262]) == Array("ustar".utf8),
                bytes[156] == UInt8(ascii: "0") || bytes[156] == 0,
                // A prefix field is not supported: the name would be cut.
                bytes[345] == 0, let size = Self.number(bytes[124..<136]),
                let mode = Self.number(bytes[100..<108]),
                let time = Self.number(bytes[136..<148]),
                let sum = Self.number(bytes[148..<156])
            else { return nil }
            var summed = bytes
            summed.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
            guard summed.reduce(0, { $0 + Int($1) }) == sum else { return nil }
            name = String(decoding: bytes[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            (self.size, self.mode, self.time) = (size, mode, time)
        }

        private static func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }

        private static func number(_ field: ArraySlice<UInt8>) -> Int? {
            let digits = field.prefix { $0 != 0 && $0 != 32 }
            return Int(String(decoding: digits, as: UTF8.self), radix: 8)
        }
    }

    /// The number of zero bytes after contents of `size` bytes, up to the next block.
    static func padding(of size: Int) -> Int {
        (block - size % block) % block
    }
}

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
