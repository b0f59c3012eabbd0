import ArgumentParser
import AtelierLibrary

/// What a command ends with, so that scripts can tell what to do.
enum ExitStatus: Int32 {
    /// It failed.
    case failed = 1
    /// The command, an option or an argument was wrong.
    case usage = 64
    /// The server cannot be reached; nothing was lost.
    case unreachable = 69
    /// The library is locked, missing or cannot be written.
    case storage = 73
    /// The same command may work later.
    case later = 75
    /// It was refused: suspended, paused, no credit, no rights.
    case refused = 77

    /// What a command that met `error` ends with.
    init(for error: any Error) {
        self =
            switch Failure(error).kind {
            case .invalidInput: .usage
            case .unreachable: .unreachable
            case .storage: .storage
            case .transient: .later
            case .refused: .refused
            case .other: .failed
            }
    }

    /// The status as the argument parser throws it.
    var code: ExitCode { ExitCode(rawValue) }
}
