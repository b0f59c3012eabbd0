package import Foundation
import SyncKit

#if canImport(Glibc)
    import Glibc

    private let systemWrite = Glibc.write
    private func systemOpen(_ name: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t = 0)
        -> Int32
    {
        Glibc.open(name, flags, mode)
    }
#else
    package import Darwin

    private let systemWrite = Darwin.write
    private func systemOpen(_ name: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t = 0)
        -> Int32
    {
        Darwin.open(name, flags, mode)
    }
#endif

/// Reads and writes whole files so that a crash leaves the old file or the new one, never half.
package enum LibraryFile {
    /// Writes `bytes` beside `file`, makes them durable, then puts them in its place.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``; the old file is then untouched.
    package static func write(_ bytes: [UInt8], to file: URL, mode: mode_t = 0o644) throws {
        try write(bytes, to: file, mode: mode, replacing: true)
    }

    /// As ``write(_:to:mode:)``; a file that is there gives way only where told so.
    static func write(
        _ bytes: [UInt8], to file: URL, mode: mode_t = 0o644, replacing: Bool
    ) throws {
        try checkPlace(file)
        let temporary = draft(of: file)
        do {
            try writeDurably(bytes, to: temporary, as: file, mode: mode)
            try move(temporary, to: file, replacing: replacing)
        } catch {
            _ = temporary.withFileName { unlink($0) }
            throw error
        }
    }

    /// Puts a finished draft in the place of `file`.
    static func move(_ draft: URL, to file: URL, replacing: Bool) throws {
        if replacing {
            let status = draft.withFileName { from in file.withFileName { rename(from, $0) } }
            try check(status, at: file)
        } else {
            // A link never replaces what somebody made there meanwhile.
            let status = draft.withFileName { from in file.withFileName { link(from, $0) } }
            if status != 0, [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(errno), !exists(file) {
                return try move(draft, to: file, replacing: true)
            }
            try check(status, at: file)
            _ = draft.withFileName { unlink($0) }
        }
        try makeDurable(folder: file.deletingLastPathComponent())
    }

    /// Puts a finished folder in the place of an empty one, or where none is.
    static func moveFolder(_ draft: URL, to folder: URL) throws {
        _ = folder.withFileName { rmdir($0) }
        let status = draft.withFileName { from in folder.withFileName { rename(from, $0) } }
        guard status == 0 else {
            let code = errno
            let reason =
                exists(folder) ? "it is there and not empty" : String(cString: strerror(code))
            throw LibraryError.unwritable(path: folder.shownPath, reason: reason)
        }
    }

    /// A name beside `file` for what becomes it.
    static func draft(of file: URL) -> URL {
        let name = Array(".".utf8) + file.lastBytes.prefix(200)
        return file.deletingLastPathComponent()
            .appending(fileBytes: name + Array(".\(getpid())\(temporarySuffix)".utf8))
    }

    /// Says early whether a file can be written there, before work is spent on it.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``.
    package static func checkWritable(_ file: URL) throws {
        try checkPlace(file)
        let folder = file.deletingLastPathComponent()
        try check(folder.withFileName { access($0, W_OK) }, at: file)
    }

    /// Reads a file of at most `limit` bytes.
    ///
    /// - Throws: ``LibraryError/unreadable(path:reason:)``, ``LibraryError/tooLarge(path:limit:)``.
    package static func read(_ file: URL, limit: Int) throws -> [UInt8] {
        // Without the last flag a named pipe would wait for a writer for ever.
        let descriptor = file.withFileName { systemOpen($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw unreadable(file) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(file) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LibraryError.unreadable(path: file.shownPath, reason: "it is not a file")
        }
        guard status.st_size <= limit else {
            throw LibraryError.tooLarge(path: file.shownPath, limit: limit)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            let count = min(limit, Int(clamping: status.st_size))
            return Array(try handle.read(upToCount: count) ?? Data())
        } catch {
            throw unreadable(file)
        }
    }

    /// Opens a file to be read in pieces.
    static func open(_ file: URL) throws -> FileHandle {
        let descriptor = file.withFileName { systemOpen($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw unreadable(file) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Makes a folder at mode 0700 with its parents; one that is there is left as it is.
    package static func makeFolder(_ folder: URL) throws {
        let bytes = folder.fileBytes
        let ends = bytes.indices.filter { $0 > 0 && bytes[$0] == UInt8(ascii: "/") }
        for end in ends + [bytes.count] {
            let part = URL(fileBytes: Array(bytes[..<end]))
            if part.withFileName({ mkdir($0, 0o700) }) == 0 { continue }
            let code = errno
            guard !isFolder(part) else { continue }
            throw LibraryError.unwritable(
                path: folder.shownPath, reason: String(cString: strerror(code)))
        }
    }

    /// Deletes a folder with all that is in it; one that is not there is no trouble.
    static func removeFolder(_ folder: URL) {
        for name in (try? names(in: folder)) ?? [] {
            let entry = folder.appending(fileBytes: name)
            if entry.withFileName({ unlink($0) }) != 0 { removeFolder(entry) }
        }
        _ = folder.withFileName { rmdir($0) }
    }

    /// The files in a folder, in the order of their names' bytes.
    static func files(in folder: URL) throws -> [URL] {
        try names(in: folder).sorted { $0.lexicographicallyPrecedes($1) }
            .map { folder.appending(fileBytes: $0) }
    }

    private static func names(in folder: URL) throws -> [[UInt8]] {
        guard let handle = folder.withFileName({ opendir($0) }) else { throw unreadable(folder) }
        defer { closedir(handle) }
        var names: [[UInt8]] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if ![Array(".".utf8), Array("..".utf8)].contains(name) { names.append(name) }
        }
        return names
    }

    /// A file's size in bytes, 0 where there is none.
    static func size(of file: URL) -> Int {
        var status = stat()
        return file.withFileName { stat($0, &status) } == 0 ? Int(clamping: status.st_size) : 0
    }

    private static func isFolder(_ place: URL) -> Bool {
        var status = stat()
        return place.withFileName { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Deletes a file; one that is not there is no trouble.
    package static func remove(_ file: URL) throws {
        guard file.withFileName({ unlink($0) }) == 0 || errno == ENOENT else {
            throw LibraryError.unwritable(
                path: file.shownPath, reason: String(cString: strerror(errno)))
        }
    }

    /// True where a file is.
    package static func exists(_ file: URL) -> Bool {
        file.withFileName { access($0, F_OK) } == 0
    }

    /// True for the name of a file that a crash left half written.
    package static func isLeftover(_ name: String) -> Bool {
        name.hasPrefix(".") && name.hasSuffix(temporarySuffix)
    }

    private static let temporarySuffix = ".atelier-part"

    /// A folder or a device must not be replaced by a picture.
    private static func checkPlace(_ file: URL) throws {
        var status = stat()
        let found = file.withFileName { stat($0, &status) }
        guard found == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw LibraryError.unwritable(
            path: file.shownPath, reason: "it is there and is no file")
    }

    /// Errors name the file that the draft is for.
    private static func writeDurably(
        _ bytes: [UInt8], to draft: URL, as file: URL, mode: mode_t
    ) throws {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let descriptor = draft.withFileName { systemOpen($0, flags, mode) }
        try check(descriptor, at: file)
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let written = systemWrite(descriptor, rest.baseAddress, rest.count)
                if written < 0 && errno == EINTR { continue }
                try check(Int32(clamping: written), at: file)
                offset += written
            }
        }
        try check(fsync(descriptor), at: file)
    }

    private static func makeDurable(folder: URL) throws {
        let descriptor = folder.withFileName { systemOpen($0, O_RDONLY | O_CLOEXEC) }
        try check(descriptor, at: folder)
        defer { close(descriptor) }
        try check(fsync(descriptor), at: folder)
    }

    static func check(_ result: Int32, at file: URL) throws {
        guard result < 0 else { return }
        throw LibraryError.unwritable(
            path: file.shownPath, reason: String(cString: strerror(errno)))
    }

    private static func unreadable(_ file: URL) -> LibraryError {
        .unreadable(path: file.shownPath, reason: String(cString: strerror(errno)))
    }
}
