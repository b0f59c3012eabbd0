import Foundation
import Synchronization

/// Standard output, and whether all that was written to it arrived.
enum StandardOutput {
    private static let fault = Mutex<Int32?>(nil)

    /// Before anything is opened: a missing stream's number would go to the first file that is, and
    /// results would be written into the library.
    static func reserve() {
        signal(SIGPIPE, SIG_IGN)
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            guard fcntl(stream, F_GETFD) < 0 else { continue }
            // To read alone: what is written to it fails, as to a stream that is closed.
            _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// True once something did not arrive.
    static var hasFailed: Bool { fault.withLock { $0 != nil } }

    /// Writes a text, or notes that it did not arrive.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty, !hasFailed {
            let count = rest.withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                wait()
                continue
            }
            guard count > 0 else {
                let code = errno
                return fault.withLock { $0 = code }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Throws where something written did not arrive.
    ///
    /// - Parameter durably: Whether what went to a file must be on the disk.
    static func settle(durably: Bool = false) throws {
        if durably, fsync(STDOUT_FILENO) != 0, [EIO, ENOSPC, EDQUOT].contains(errno) {
            let code = errno
            fault.withLock { $0 = $0 ?? code }
        }
        if let code = fault.withLock({ $0 }) { throw OutputFailure(code: code) }
    }

    /// Until a stream that takes nothing just now takes some again.
    private static func wait() {
        var stream = pollfd(fd: STDOUT_FILENO, events: Int16(clamping: POLLOUT), revents: 0)
        _ = poll(&stream, 1, -1)
    }
}

/// The result was made and could not be told.
struct OutputFailure: Error, CustomStringConvertible {
    /// The operating system's number for why.
    let code: Int32

    /// True where the reader went away, as `head` does: that is told by the exit status alone.
    var isReaderGone: Bool { code == EPIPE }

    var description: String {
        "The result could not be written to standard output: \(String(cString: strerror(code)))."
    }
}
