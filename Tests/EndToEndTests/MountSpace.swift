import TestSupport

/// A name space of a test's own, in which it can mount what it likes and harms nobody.
enum MountSpace {
    /// What stands before a command that runs in it.
    static let command = ["unshare", "--map-root-user", "--mount"]

    /// Whether this system lets a test have one.
    static var isThere: Bool { (try? Shell.run(command + ["true"])) != nil }
}
