import Foundation
import SyncKit

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
        var descriptor = file.withFileName { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        if descriptor < 0 {
            // The lock of a library that cannot be written is one all the same.
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
        // Closing alone would leave the lock to a program that was started a moment ago and has
        // not yet closed what it inherited.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
