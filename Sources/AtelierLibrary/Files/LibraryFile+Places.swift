package import Foundation
import SyncKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension LibraryFile {
    /// Makes a file its owner's alone, and where there is none an empty one, before another library
    /// opens it: that would make it for everybody who may enter the folder.
    ///
    /// What cannot be done is left to who opens it, whose error says more.
    package static func makePrivate(_ file: URL) {
        // One that is there is not opened: closing it would end SQLite's locks on it.
        let descriptor = file.withFileName(createdDescriptor)
        guard descriptor < 0 else {
            close(descriptor)
            return
        }
        var status = stat()
        guard file.withFileName({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o077 != 0
        else { return }
        _ = file.withFileName { chmod($0, 0o600) }
    }
}

/// A new file's descriptor, below 0 where it cannot be made; outside of the type, whose own `open`
/// would be meant.
private func createdDescriptor(_ name: UnsafePointer<CChar>) -> CInt {
    open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
}
