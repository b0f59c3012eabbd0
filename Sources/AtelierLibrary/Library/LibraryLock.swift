import Foundation
import SystemSupport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lock between processes (`flock`): one process generates or syncs, one changes files. It ends
/// with the process.
final class LibraryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; throws where another process holds it, unless `waits` is true.
    ///
    /// - Throws: ``LibraryError/busy`` where another process holds it.
    init(_ file: URL, waits: Bool = false) throws {
        var descriptor = file.withFileName { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        if descriptor < 0 {
            // A library that cannot be written can still be locked.
            let code = errno
            descriptor = file.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else {
                throw LibraryError.unwritable(
                    path: file.shownPath, reason: String(cString: strerror(code)))
            }
        }
        self.descriptor = descriptor
        guard flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            if reason == EWOULDBLOCK { throw LibraryError.busy }
            throw LibraryError.unwritable(
                path: file.shownPath, reason: String(cString: strerror(reason)))
        }
    }

    deinit {
        // Closing alone would leave the lock with a child process that has not yet closed the
        // descriptors that it inherited.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
