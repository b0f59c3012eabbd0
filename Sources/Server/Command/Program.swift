import ArgumentParser
import Foundation

/// The program: parses, calls, prints.
@main
enum Program {
    static func main() async {
        StandardStreams.fill()
        await AtelierServerCommand.main()
    }
}

/// The three descriptors that every program is given, or not.
enum StandardStreams {
    /// Puts something in the place of those that are closed, which fails as they would: else the
    /// next file that is opened, such as the database, gets that number, and is written to.
    static func fill() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // The lowest number that is free, which is this one. What it is open for is the
            // opposite of what it is used for.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
