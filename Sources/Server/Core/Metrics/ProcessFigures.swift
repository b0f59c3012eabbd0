import Foundation

/// What the system says of this program; nil where it has no `/proc`.
struct ProcessFigures {
    /// Memory in use, in bytes.
    let residentBytes: Int
    /// Processor time used, in seconds.
    let processorSeconds: Double
    /// Open files and connections.
    let openFiles: Int

    init?() {
        guard let memory = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"),
            let pages = memory.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
        openFiles = files.count
        processorSeconds = Double(clock()) / Double(CLOCKS_PER_SEC)
    }
}
