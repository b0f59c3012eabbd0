package import Foundation

/// A call of the operating system that failed on a file.
package struct FileFailure: Error, Equatable, CustomStringConvertible {
    /// The file's path for people.
    package let path: String
    /// The call's name.
    package let call: String
    /// The call's error number.
    package let code: CInt

    /// The failure of the last call, by `errno`.
    package init(of call: String, at file: URL) {
        code = errno
        self.call = call
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
            let status = draft.withFileName { from in file.withFileName { rename(from, $0) } }
            try check(status, "rename", file)
        } else {
            // A link never replaces a file.
            let status = draft.withFileName { from in file.withFileName { link(from, $0) } }
            if status != 0, [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(errno),
                file.withFileName({ access($0, F_OK) }) != 0
            {
                // The file system has no links.
                return try move(draft, to: file, replacing: true)
            }
            try check(status, "link", file)
            _ = draft.withFileName { unlink($0) }
        }
        try sync(folderOf: file)
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
            // A call that takes nothing would be repeated for ever.
            guard written > 0 else { throw FileFailure(of: "write", at: file) }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes what was written to an open file durable.
    package static func sync(_ descriptor: CInt, of file: URL) throws(FileFailure) {
        try check(fsync(descriptor), "fsync", file)
    }

    /// Makes what was written to a closed file durable, or the names in a folder.
    package static func sync(_ file: URL) throws(FileFailure) {
        let descriptor = try open(file, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        try sync(descriptor, of: file)
    }

    /// Makes the names in a file's folder durable.
    package static func sync(folderOf file: URL) throws(FileFailure) {
        try sync(file.deletingLastPathComponent())
    }

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - flags: Those of `open`.
    ///   - mode: The mode of a file that is created, less the process's mask.
    /// - Returns: A descriptor, which the caller closes.
    package static func open(
        _ file: URL, _ flags: CInt, _ mode: mode_t = 0
    ) throws(FileFailure) -> CInt {
        let descriptor = file.withFileName { Foundation.open($0, flags, mode) }
        guard descriptor >= 0 else { throw FileFailure(of: "open", at: file) }
        return descriptor
    }

    private static func check(
        _ status: CInt, _ call: String, _ file: URL
    ) throws(FileFailure) {
        guard status == 0 else { throw FileFailure(of: call, at: file) }
    }
}
