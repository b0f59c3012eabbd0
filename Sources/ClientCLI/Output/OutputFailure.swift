import Foundation

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
