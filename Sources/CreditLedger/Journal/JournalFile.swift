import Foundation
import SystemSupport

/// An open file of whole lines: the system calls of the journal, and nothing else.
///
/// It holds nothing that changes: its journal's lock orders the calls.
final class JournalFile: Sendable {
    private let file: URL
    private let descriptor: CInt

    /// The path for messages.
    var path: String { file.shownPath }

    /// Opens the file to read and append; to read alone where it cannot be written.
    ///
    /// - Parameter name: The path as the operating system takes it: bytes of any encoding.
    init(_ name: [UInt8]) throws(JournalError) {
        let file = URL(fileBytes: name)
        self.file = file
        descriptor = try Self.naming { () throws(FileFailure) in
            do throws(FileFailure) {
                return try DurableFile.open(file, O_RDWR | O_APPEND | O_CLOEXEC)
            } catch {
                guard [EACCES, EPERM, EROFS].contains(error.code) else { throw error }
                return try DurableFile.open(file, O_RDONLY | O_CLOEXEC)
            }
        }
    }

    deinit { close(descriptor) }

    static func exists(_ name: [UInt8]) -> Bool {
        URL(fileBytes: name).withFileName { access($0, F_OK) } == 0
    }

    /// Creates the file with its first line, whole or not at all; an existing one is left alone.
    static func create(_ name: [UInt8], header: String) throws(JournalError) {
        let file = URL(fileBytes: name)
        let draft = URL(fileBytes: name + Array(".\(getpid()).new".utf8))
        let discard = { _ = draft.withFileName { unlink($0) } }
        // Of a process with the same id, which a crash ended.
        discard()
        defer { discard() }
        try naming { () throws(FileFailure) in
            let descriptor = try DurableFile.create(draft)
            do {
                defer { close(descriptor) }
                try DurableFile.write(Array(header.utf8), to: descriptor, of: draft)
                try DurableFile.sync(descriptor, of: draft)
            }
            do throws(FileFailure) {
                try DurableFile.move(draft, to: file, replacing: false)
            } catch {
                guard error.code == EEXIST else { throw error }
                // Another program has just made one, whose name need not be durable yet.
                try DurableFile.sync(folderOf: file)
            }
        }
    }

    /// Keeps every other program from appending until ``unlock()``.
    func lock() throws(JournalError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { throw .busy(file: path) }
            throw JournalError(FileFailure(of: "flock", at: file))
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
            guard count >= 0 else { throw JournalError(FileFailure(of: "pread", at: file)) }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
        }
        throw .full(limit: limit)
    }

    /// Cuts the file to `size` bytes, on the disk when this returns.
    func cut(to size: Int) throws(JournalError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw JournalError(FileFailure(of: "ftruncate", at: file))
        }
        try Self.naming { () throws(FileFailure) in
            try DurableFile.sync(descriptor, of: file)
        }
    }

    /// Appends `line`, on the disk when this returns.
    func append(_ line: String) throws(JournalError) {
        try Self.naming { () throws(FileFailure) in
            try DurableFile.write(Array(line.utf8), to: descriptor, of: file)
            try DurableFile.sync(descriptor, of: file)
            try DurableFile.sync(folderOf: file)
        }
    }

    private static func naming<Result>(
        _ body: () throws(FileFailure) -> Result
    ) throws(JournalError) -> Result {
        do {
            return try body()
        } catch {
            throw JournalError(error)
        }
    }
}

extension JournalError {
    fileprivate init(_ failure: FileFailure) {
        self = .system(call: failure.call, code: failure.code, file: failure.path)
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
