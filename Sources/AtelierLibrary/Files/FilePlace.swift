import Foundation
import SyncKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What makes two names name one file, whatever links lead there.
struct FilePlace: Equatable {
    private let device: UInt64
    private let number: UInt64

    /// The place of what is there; nil where nothing is.
    init?(_ file: URL) {
        var status = stat()
        guard file.withFileName({ stat($0, &status) }) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        number = UInt64(truncatingIfNeeded: status.st_ino)
    }
}
