import Foundation

/// A file that appears whole or not at all, mode 0600 from the first byte, and replaces none.
struct DraftFile {
    /// Where it is written.
    let path: String
    private let target: String

    /// Makes the empty draft beside `target`.
    init(for target: String) throws {
        self.target = target
        path = "\(target).\(getpid()).new"
        guard access(target, F_OK) != 0 else { throw BackupError.alreadyThere(path: target) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackupError.unusable(path: path, reason: Self.reason(errno))
        }
        close(descriptor)
    }

    /// Gives the draft its name, once its bytes are on the disk.
    func publish() throws {
        try Self.synchronize(path)
        guard link(path, target) == 0 else {
            if errno == EEXIST { throw BackupError.alreadyThere(path: target) }
            throw BackupError.unusable(path: target, reason: Self.reason(errno))
        }
        unlink(path)
        try Self.synchronize(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    /// Takes the draft away, if it is still one.
    func remove() {
        unlink(path)
        unlink("\(path)-journal")
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
