import Foundation

/// Lets the programs that write to one SQLite file have their turns in order.
///
/// SQLite's own lock knows no order: a program that waits for it sleeps between two looks, and one
/// that writes without a pause takes it again before. So each passes through here, one at a time,
/// on its way to that lock: whoever is first here has it next.
final class Turnstile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file that is locked, or makes it; nothing is ever in it.
    ///
    /// - Throws: ``ServerError/unusableFolder(path:reason:)``.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { close(descriptor) }

    /// Runs `enter`, which takes the database's lock, when nobody else is about to.
    func pass(_ enter: () throws -> Void) throws {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure(path) }
        }
        defer { flock(descriptor, LOCK_UN) }
        try enter()
    }

    private static func failure(_ path: String) -> ServerError {
        ServerError.unusableFolder(path: path, reason: String(cString: strerror(errno)))
    }
}
