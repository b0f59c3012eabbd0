package import Foundation

/// A file that is open for reading, whoever made it: a folder, a named pipe or a device is refused.
package struct RegularFile {
    /// What the caller closes.
    package let descriptor: CInt
    /// The size in bytes when it was opened.
    package let size: Int

    /// Why there is nothing to read, as the end of a sentence.
    package struct Unreadable: Error, Equatable {
        /// The operating system's text, or what else is there.
        package let reason: String
    }

    /// Opens a file.
    ///
    /// - Throws: ``Unreadable``; nothing is then open.
    package init(opening file: URL) throws(Unreadable) {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        descriptor = file.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Unreadable(reason: String(cString: strerror(errno))) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Unreadable(reason: "it is not a file")
        }
        size = Int(clamping: status.st_size)
    }
}
