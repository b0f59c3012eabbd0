/// Kills a program at an exact moment of its work, whatever the machine's speed: at a thread's n-th
/// call of the operating system that writes, deletes or names a file, or makes one durable.
package enum KillSwitch {
    private static let calls =
        "write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,link,linkat,unlink,"
        + "unlinkat"

    /// What stands before a command that is killed with signal 9 at such a call.
    ///
    /// The program stays the direct child: what watches it is a process beside it.
    ///
    /// - Parameter call: From 1; one that the program never comes to kills nothing.
    package static func command(at call: Int) -> [String] {
        [
            "strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e",
            "inject=\(calls):signal=KILL:when=\(call)",
        ]
    }
}
