import Foundation

/// A file that appears whole or not at all, mode 0600 from the first byte, and replaces none.
///
/// It is written in a folder of its own beside its place, which only this user enters and whose
/// name nobody can know before: so nobody puts a link in the way.
struct DraftFile {
    /// Where it is written.
    let path: String
    private let folder: String
    private let target: String

    /// Makes the empty draft beside `target`.
    init(for target: String) throws {
        self.target = target
        guard access(target, F_OK) != 0 else { throw BackupError.alreadyThere(path: target) }
        let place = URL(fileURLWithPath: target).deletingLastPathComponent().path
        var template = Array("\(place)/.atelier-draft-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw BackupError.unusable(path: place, reason: Self.reason(errno))
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(folder)/draft"
        let descriptor = open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            rmdir(folder)
            throw BackupError.unusable(path: path, reason: Self.reason(code))
        }
        close(descriptor)
    }

    /// Gives the draft its name, once its bytes are on the disk.
    func publish() throws {
        chmod(path, 0o600)
        try Self.synchronize(path)
        guard link(path, target) == 0 else {
            if errno == EEXIST { throw BackupError.alreadyThere(path: target) }
            throw BackupError.unusable(path: target, reason: Self.reason(errno))
        }
        remove()
        try Self.synchronize(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    /// Takes the draft away, if it is still one.
    func remove() {
        for name in ["", "-journal", "-wal", "-shm"] { unlink(path + name) }
        rmdir(folder)
    }

    /// Waits until a file, or the names in a folder, are on the disk.
    private static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw BackupError.unusable(path: path, reason: reason(errno))
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw BackupError.unusable(path: path, reason: reason(errno))
        }
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
