import Foundation

/// An open file of whole lines: the system calls of the journal, and nothing else.
///
/// It holds nothing that changes: its journal's lock orders the calls.
final class JournalFile: Sendable {
    /// The path for messages.
    let path: String
    private let name: [UInt8]
    private let descriptor: Int32

    /// Opens the file to read and append; to read alone where it cannot be written.
    ///
    /// - Parameter name: The path as the operating system takes it: bytes of any encoding.
    init(_ name: [UInt8]) throws(JournalError) {
        self.name = name
        path = String(decoding: name, as: UTF8.self)
        var descriptor = open(Self.terminated(name), O_RDWR | O_APPEND | O_CLOEXEC)
        if descriptor < 0, [EACCES, EPERM, EROFS].contains(errno) {
            descriptor = open(Self.terminated(name), O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .system(call: "open", code: errno, file: path) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    static func exists(_ name: [UInt8]) -> Bool {
        access(terminated(name), F_OK) == 0
    }

    /// Creates the file with its first line, whole or not at all; an existing one is left alone.
    static func create(_ name: [UInt8], header: String) throws(JournalError) {
        let path = String(decoding: name, as: UTF8.self)
        let draft = terminated(name + Array(".\(getpid()).new".utf8))
        let mode = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        unlink(draft)
        let descriptor = open(draft, mode, 0o600)
        guard descriptor >= 0 else { throw .system(call: "open", code: errno, file: path) }
        defer { unlink(draft) }
        do {
            defer { close(descriptor) }
            try writeAll(Array(header.utf8), to: descriptor, path: path)
        }
        guard link(draft, terminated(name)) == 0 || errno == EEXIST else {
            throw .system(call: "link", code: errno, file: path)
        }
        try flushFolder(of: name)
    }

    /// Keeps every other program from appending until ``unlock()``.
    func lock() throws(JournalError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { throw .busy(file: path) }
            throw .system(call: "flock", code: errno, file: path)
        }
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// The bytes from `offset` to the end.
    func bytes(from offset: Int, limit: Int) throws(JournalError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= limit {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset + bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(call: "pread", code: errno, file: path) }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
        }
        throw .full(limit: limit)
    }

    /// Cuts the file to `size` bytes, on the disk when this returns.
    func cut(to size: Int) throws(JournalError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw .system(call: "ftruncate", code: errno, file: path)
        }
        try Self.flush(descriptor, path: path)
    }

    /// Appends `line`, on the disk when this returns.
    func append(_ line: String) throws(JournalError) {
        try Self.writeAll(Array(line.utf8), to: descriptor, path: path)
        try Self.flushFolder(of: name)
    }

    private static func writeAll(
        _ bytes: [UInt8], to descriptor: Int32, path: String
    ) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                write(descriptor, raw.baseAddress?.advanced(by: done), bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(call: "write", code: errno, file: path) }
            done += count
        }
        try flush(descriptor, path: path)
    }

    private static func flush(_ descriptor: Int32, path: String) throws(JournalError) {
        guard fsync(descriptor) == 0 else {
            throw .system(call: "fsync", code: errno, file: path)
        }
    }

    private static func flushFolder(of name: [UInt8]) throws(JournalError) {
        let end = name.lastIndex(of: UInt8(ascii: "/"))
        let current = [UInt8(ascii: ".")]
        let folder = end.map { $0 == 0 ? Array(name[...0]) : Array(name[..<$0]) } ?? current
        let path = String(decoding: folder, as: UTF8.self)
        let descriptor = open(terminated(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(call: "open", code: errno, file: path) }
        defer { close(descriptor) }
        try flush(descriptor, path: path)
    }

    private static func terminated(_ name: [UInt8]) -> [CChar] {
        name.map { CChar(bitPattern: $0) } + [0]
    }
}

/// What is wrong with a spend journal, or why it was not written.
public enum JournalError: Error, Equatable, CustomStringConvertible {
    /// A call of the operating system failed; nothing counts as written.
    case system(call: String, code: Int32, file: String)
    /// Another program holds the journal's lock.
    case busy(file: String)
    /// The file is not a spend journal of this version.
    case notAJournal(file: String)
    /// The journal belongs to another account or device.
    case foreignJournal(file: String)
    /// A line does not hold: not cut short by a crash, but changed.
    case damaged(file: String, line: Int)
    /// The spend does not continue the journal: another program has appended since.
    case notNext(number: Int, expected: Int)
    /// The lease stands in the journal already: it was used, or given back.
    case leaseEnded
    /// The journal is as large as it may become.
    case full(limit: Int)
    /// The resume data of one spend are too large.
    case resumeTooLarge(bytes: Int, limit: Int)

    /// The text form.
    public var description: String {
        switch self {
        case .system(let call, let code, let file):
            "The spend journal \(file) could not be used: \(call) failed with error \(code). "
                + "Nothing was spent. Check the disk and the folder's rights."
        case .busy(let file):
            "Another program is writing the spend journal \(file). Try again."
        case .notAJournal(let file):
            "\(file) is not a spend journal of this version. Restore it from a backup."
        case .foreignJournal(let file):
            "The spend journal \(file) belongs to another account or device. "
                + "Put the right one back."
        case .damaged(let file, let line):
            "Line \(line) of the spend journal \(file) was changed or damaged. "
                + "Restore it from a backup."
        case .notNext(let number, let expected):
            "Spend \(number) does not continue the journal, which expects \(expected). "
                + "Open it again."
        case .leaseEnded:
            "This credit was used or given back before, as the spend journal says. Sync, then try "
                + "again."
        case .full(let limit):
            "The spend journal holds \(limit) lines, as many as it can. Join with a new device."
        case .resumeTooLarge(let bytes, let limit):
            "Resume data of \(bytes) bytes; at most \(limit) are kept."
        }
    }
}
