import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock between processes: one generates or syncs, one changes files. Ends with the process.
final class LibraryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, at once or not at all unless it `waits`.
    ///
    /// - Throws: ``LibraryError/busy`` where another process holds it.
    init(_ file: URL, waits: Bool = false) throws {
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LibraryError.unwritable(path: file.path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            if reason == EWOULDBLOCK { throw LibraryError.busy }
            throw LibraryError.unwritable(
                path: file.path, reason: String(cString: strerror(reason)))
        }
    }

    deinit {
        // Closing alone would leave the lock to a program that was started a moment ago and has
        // not yet closed what it inherited.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
