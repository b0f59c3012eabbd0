public import Foundation

/// Held by the one server that runs on a folder's own database, as long as its process lives.
///
/// Other commands do not ask for it: they work while the server runs.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``ServerError/folderInUse(path:)`` where another server has it.
    public init(_ folder: URL) throws {
        let path = folder.appendingPathComponent("server.lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw ServerError.unusableFolder(
                path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK
                ? ServerError.folderInUse(path: folder.path)
                : ServerError.unusableFolder(path: path, reason: String(cString: strerror(code)))
        }
    }

    deinit { close(descriptor) }
}
