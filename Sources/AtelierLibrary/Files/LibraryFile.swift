package import Foundation
import SignedObjects
import StyleKit
import SystemSupport

/// Reads and writes whole files, atomically and durably, with ``LibraryError``s that name the file.
package enum LibraryFile {
    /// Writes `bytes` to a draft beside `file`, durably, then moves it to the file's path.
    ///
    /// - Parameters:
    ///   - mode: The file's mode, less the process's mask.
    ///   - replacing: Whether an existing file is replaced.
    /// - Throws: ``LibraryError/unwritable(path:reason:)``; an existing file is then unchanged.
    package static func write(
        _ bytes: [UInt8], to file: URL, mode: mode_t = 0o644, replacing: Bool = true
    ) throws {
        try checkPlace(file)
        let draft = draft(of: file)
        do {
            try naming(file) { () throws(FileFailure) in
                try DurableFile.write(bytes, toDraft: draft, mode: mode)
                try DurableFile.move(draft, to: file, replacing: replacing)
            }
        } catch {
            _ = draft.withFileName { unlink($0) }
            throw error
        }
    }

    /// Moves a finished draft to the path of `file`, durably.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``.
    static func move(_ draft: URL, to file: URL, replacing: Bool) throws {
        try naming(file) { () throws(FileFailure) in
            try DurableFile.move(draft, to: file, replacing: replacing)
        }
    }

    /// Creates a file at mode 0600 that must not exist, for writing in pieces.
    ///
    /// - Throws: ``LibraryError/unwritable(path:reason:)``.
    package static func create(_ file: URL) throws -> FileHandle {
        let descriptor = try naming(file) { () throws(FileFailure) in
            try DurableFile.create(file)
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Moves a finished folder to a path where there is none, or an empty one.
    static func moveFolder(_ draft: URL, to folder: URL) throws {
        _ = folder.withFileName { rmdir($0) }
        let status = draft.withFileName { from in folder.withFileName { rename(from, $0) } }
        guard status == 0 else {
            let code = errno
            let reason =
                exists(folder) ? "it exists and is not empty" : String(cString: strerror(code))
            throw LibraryError.unwritable(path: folder.shownPath, reason: reason)
        }
    }

    /// The path of a draft beside `file`.
    static func draft(of file: URL) -> URL {
        let name = Array(".".utf8) + file.lastBytes.prefix(200)
        return file.deletingLastPathComponent()
            .appending(fileBytes: name + Array(".\(getpid())\(temporarySuffix)".utf8))
    }

    /// Checks whether a file can be written there, before work is spent on it.
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
        let opened = try opened(file)
        let descriptor = opened.descriptor
        defer { close(descriptor) }
        guard opened.size <= limit else {
            throw LibraryError.tooLarge(path: file.shownPath, limit: limit)
        }
        // Straight into the array: artists' files have hundreds of megabytes.
        let count = opened.size
        var hasFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            while used < count, let base = buffer.baseAddress {
                let part = Foundation.read(descriptor, base + used, count - used)
                if part < 0, errno == EINTR { continue }
                hasFailed = part < 0
                guard part > 0 else { break }
                used += part
            }
        }
        guard !hasFailed else { throw unreadable(file) }
        return bytes
    }

    /// Reads a picture of the library, which must be what it was when it was kept.
    ///
    /// - Parameters:
    ///   - sha256: The digest of its bytes then, in hexadecimal digits.
    ///   - reason: Why a changed one is refused, and what to do.
    /// - Throws: As ``read(_:limit:)`` does; ``LibraryError/damaged(path:reason:)``.
    static func read(
        _ file: URL, unchangedFrom sha256: String, otherwise reason: String
    ) throws -> [UInt8] {
        let bytes = try read(file, limit: Limits.pictureBytes)
        guard Digest(of: bytes).description == sha256 else {
            throw LibraryError.damaged(path: file.shownPath, reason: reason)
        }
        return bytes
    }

    /// Opens a file for reading in pieces.
    package static func open(_ file: URL) throws -> FileHandle {
        FileHandle(fileDescriptor: try opened(file).descriptor, closeOnDealloc: true)
    }

    private static func opened(_ file: URL) throws -> RegularFile {
        do throws(RegularFile.Unreadable) {
            return try RegularFile(opening: file)
        } catch {
            throw LibraryError.unreadable(path: file.shownPath, reason: error.reason)
        }
    }

    /// Makes a folder and its parents at mode 0700; an existing one is left as it is.
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

    /// Deletes a folder with everything in it, if it exists.
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

    /// A file's size in bytes; 0 for a missing file.
    package static func size(of file: URL) -> Int {
        var status = stat()
        return file.withFileName { stat($0, &status) } == 0 ? Int(clamping: status.st_size) : 0
    }

    /// Whether a folder is there.
    package static func isFolder(_ place: URL) -> Bool {
        var status = stat()
        return place.withFileName { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Deletes a file, if it exists.
    package static func remove(_ file: URL) throws {
        guard file.withFileName({ unlink($0) }) == 0 || errno == ENOENT else {
            throw LibraryError.unwritable(
                path: file.shownPath, reason: String(cString: strerror(errno)))
        }
    }

    /// Whether a file exists.
    package static func exists(_ file: URL) -> Bool {
        file.withFileName { access($0, F_OK) } == 0
    }

    /// Whether a name is that of a draft, which a crash left.
    package static func isLeftover(_ name: String) -> Bool {
        name.hasPrefix(".") && name.contains(temporarySuffix)
    }

    private static let temporarySuffix = ".atelier-part"

    /// Refuses a path where anything but a file is, such as a folder or a device.
    private static func checkPlace(_ file: URL) throws {
        var status = stat()
        let found = file.withFileName { stat($0, &status) }
        guard found == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw LibraryError.unwritable(
            path: file.shownPath, reason: "it exists and is not a file")
    }

    /// Errors name the file that a draft is for.
    private static func naming<Result>(
        _ file: URL, _ body: () throws(FileFailure) -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            throw LibraryError.unwritable(path: file.shownPath, reason: error.reason)
        }
    }

    private static func check(_ result: CInt, at file: URL) throws {
        guard result < 0 else { return }
        throw LibraryError.unwritable(
            path: file.shownPath, reason: String(cString: strerror(errno)))
    }

    private static func unreadable(_ file: URL) -> LibraryError {
        .unreadable(path: file.shownPath, reason: String(cString: strerror(errno)))
    }

    /// Gives a file the mode 0600, and creates an empty one where there is none: SQLite would make
    /// it readable for everybody who may enter the folder.
    ///
    /// A failure is left to the program that opens the file next, whose error says more.
    package static func makePrivate(_ file: URL) {
        // An existing file is not opened: closing it would end SQLite's locks on it.
        if let descriptor = try? DurableFile.create(file) {
            close(descriptor)
            return
        }
        var status = stat()
        guard file.withFileName({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o077 != 0
        else { return }
        _ = file.withFileName { chmod($0, 0o600) }
    }
}

/// A picture file that the artist named, read whole and decoded.
struct PictureFile {
    /// The file's bytes.
    let bytes: [UInt8]
    /// Its pixels.
    let picture: Picture

    /// Reads a picture file of at most ``Limits/pictureBytes``.
    ///
    /// - Parameter isReduced: Whether the pixels are those of the size at which models keep works,
    ///   which takes some megabytes, whatever the picture's size.
    /// - Throws: ``LibraryError/unreadable(path:reason:)``, ``LibraryError/tooLarge(path:limit:)``,
    ///   ``LibraryError/notAPicture(path:reason:)``; each names the file.
    init(reading file: URL, isReduced: Bool = false) throws {
        (bytes, picture) = try Self.read(file) { bytes throws(PictureError) in
            isReduced ? try Picture.decodeReduced(bytes) : try Picture.decode(bytes).0
        }
    }

    /// The size of the picture in a file, upright, in pixels; no pixel is decoded.
    ///
    /// - Throws: As ``init(reading:)`` does.
    static func size(of file: URL) throws -> (width: Int, height: Int) {
        try read(file) { bytes throws(PictureError) in try Picture.size(of: bytes) }.content
    }

    /// What the artist may want to know about a file; no pixel is decoded.
    ///
    /// - Throws: As ``init(reading:)`` does.
    static func notes(on file: URL) throws -> [PictureNote] {
        try read(file) { bytes throws(PictureError) in try Picture.notes(on: bytes) }.content
    }

    private static func read<Content>(
        _ file: URL, _ content: ([UInt8]) throws(PictureError) -> Content
    ) throws -> (bytes: [UInt8], content: Content) {
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        do {
            return (bytes, try content(bytes))
        } catch {
            throw LibraryError.notAPicture(path: file.shownPath, reason: error.description)
        }
    }
}
