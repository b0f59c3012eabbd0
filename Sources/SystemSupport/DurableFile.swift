package import Foundation

/// A call of the operating system that failed on a file.
package struct FileFailure: Error, Equatable, CustomStringConvertible {
    /// The file's path for people.
    package let path: String
    /// The call's error number.
    package let code: CInt

    /// The failure of the last call, by `errno`.
    package init(at file: URL) {
        code = errno
        path = file.shownPath
    }

    /// The operating system's text for ``code``.
    package var reason: String { String(cString: strerror(code)) }

    /// The text form.
    package var description: String { "\(path): \(reason)." }
}

/// Creates and replaces files so that a crash leaves the old file or the new one, never a part.
///
/// Each function throws ``FileFailure``.
package enum DurableFile {
    /// Creates a file that must not exist.
    ///
    /// - Parameter mode: The file's mode, less the process's mask.
    /// - Returns: A descriptor for writing, which the caller closes.
    package static func create(_ file: URL, mode: mode_t = 0o600) throws(FileFailure) -> CInt {
        try open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    }

    /// Writes a draft durably; an existing draft is overwritten.
    ///
    /// - Parameter mode: The draft's mode if it is created, less the process's mask.
    package static func write(
        _ bytes: [UInt8], toDraft draft: URL, mode: mode_t
    ) throws(FileFailure) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        let descriptor = try open(draft, flags, mode)
        defer { close(descriptor) }
        try write(bytes, to: descriptor, of: draft)
        try sync(descriptor, of: draft)
    }

    /// Moves a durable draft to the path of `file`, and makes the folder's entry durable.
    ///
    /// - Parameter replacing: Whether an existing file is replaced; otherwise `EEXIST` is thrown
    ///   for one, even where another process makes it meanwhile.
    package static func move(
        _ draft: URL, to file: URL, replacing: Bool
    ) throws(FileFailure) {
        if replacing {
            try check(draft.withFileName { from in file.withFileName { rename(from, $0) } }, file)
        } else {
            // A link never replaces a file.
            let status = draft.withFileName { from in file.withFileName { link(from, $0) } }
            if status != 0, [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(errno),
                file.withFileName({ access($0, F_OK) }) != 0
            {
                // The file system has no links.
                return try move(draft, to: file, replacing: true)
            }
            try check(status, file)
            _ = draft.withFileName { unlink($0) }
        }
        try syncFolder(file.deletingLastPathComponent())
    }

    /// Writes all bytes, over interrupts and short writes.
    package static func write(
        _ bytes: [UInt8], to descriptor: CInt, of file: URL
    ) throws(FileFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw FileFailure(at: file) }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes what was written to an open file durable.
    package static func sync(_ descriptor: CInt, of file: URL) throws(FileFailure) {
        try check(fsync(descriptor), file)
    }

    /// Makes the names in a folder durable.
    package static func syncFolder(_ folder: URL) throws(FileFailure) {
        let descriptor = try open(folder, O_RDONLY | O_CLOEXEC, 0)
        defer { close(descriptor) }
        try check(fsync(descriptor), folder)
    }

    private static func open(
        _ file: URL, _ flags: CInt, _ mode: mode_t
    ) throws(FileFailure) -> CInt {
        let descriptor = file.withFileName { Foundation.open($0, flags, mode) }
        guard descriptor >= 0 else { throw FileFailure(at: file) }
        return descriptor
    }

    private static func check(_ status: CInt, _ file: URL) throws(FileFailure) {
        guard status == 0 else { throw FileFailure(at: file) }
    }
}
