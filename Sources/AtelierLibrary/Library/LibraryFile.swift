package import Foundation

#if canImport(Glibc)
    import Glibc

    private let systemWrite = Glibc.write
#else
    package import Darwin

    private let systemWrite = Darwin.write
#endif

/// Reads and writes whole files so that a crash leaves the old file or the new one, never half.
package enum LibraryFile {
    /// Writes `bytes` beside `file`, makes them durable, then puts them in its place.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``; the old file is then untouched.
    package static func write(_ bytes: [UInt8], to file: URL, mode: mode_t = 0o644) throws {
        try checkPlace(file)
        let folder = file.deletingLastPathComponent()
        let name = ".\(file.lastPathComponent).\(getpid())\(temporarySuffix)"
        let temporary = folder.appending(path: name)
        do {
            try writeDurably(bytes, to: temporary.path, mode: mode)
            try check(rename(temporary.path, file.path), at: file.path)
            try makeDurable(folder: folder)
        } catch {
            unlink(temporary.path)
            throw error
        }
    }

    /// Says early whether a file can be written there, before work is spent on it.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``.
    package static func checkWritable(_ file: URL) throws {
        try checkPlace(file)
        let folder = file.deletingLastPathComponent().path
        try check(access(folder.isEmpty ? "." : folder, W_OK), at: file.path)
    }

    /// Reads a file of at most `limit` bytes.
    ///
    /// - Throws: ``LibraryError/unreadable(path:reason:)``, ``LibraryError/tooLarge(path:limit:)``.
    package static func read(_ file: URL, limit: Int) throws -> [UInt8] {
        // Without the last flag a named pipe would wait for a writer for ever.
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(file) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(file) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LibraryError.unreadable(path: file.path, reason: "it is not a file")
        }
        guard status.st_size <= limit else {
            throw LibraryError.tooLarge(path: file.path, limit: limit)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            let count = min(limit, Int(status.st_size))
            return Array(try handle.read(upToCount: count) ?? Data())
        } catch {
            throw unreadable(file)
        }
    }

    /// Makes a folder at mode 0700 with its parents; one that is there is left as it is.
    package static func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            let reason = errno == 0 ? "the folder cannot be made" : String(cString: strerror(errno))
            throw LibraryError.unwritable(path: folder.path, reason: reason)
        }
    }

    /// Deletes a file; one that is not there is no trouble.
    package static func remove(_ file: URL) throws {
        guard unlink(file.path) == 0 || errno == ENOENT else {
            throw LibraryError.unwritable(path: file.path, reason: String(cString: strerror(errno)))
        }
    }

    /// True where a file is.
    package static func exists(_ file: URL) -> Bool {
        access(file.path, F_OK) == 0
    }

    /// True for the name of a file that a crash left half written.
    package static func isLeftover(_ name: String) -> Bool {
        name.hasPrefix(".") && name.hasSuffix(temporarySuffix)
    }

    private static let temporarySuffix = ".atelier-part"

    /// A folder or a device must not be replaced by a picture.
    private static func checkPlace(_ file: URL) throws {
        var status = stat()
        guard stat(file.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw LibraryError.unwritable(path: file.path, reason: "it is there and is no file")
    }

    private static func writeDurably(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        try check(descriptor, at: path)
        defer { close(descriptor) }
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                let written = systemWrite(descriptor, rest.baseAddress, rest.count)
                if written < 0 && errno == EINTR { continue }
                try check(Int32(clamping: written), at: path)
                offset += written
            }
        }
        try check(fsync(descriptor), at: path)
    }

    private static func makeDurable(folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        try check(descriptor, at: folder.path)
        defer { close(descriptor) }
        try check(fsync(descriptor), at: folder.path)
    }

    private static func check(_ result: Int32, at path: String) throws {
        guard result < 0 else { return }
        throw LibraryError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }

    private static func unreadable(_ file: URL) -> LibraryError {
        .unreadable(path: file.path, reason: String(cString: strerror(errno)))
    }
}
