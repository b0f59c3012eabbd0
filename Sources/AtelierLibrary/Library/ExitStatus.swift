/// What a command ends with, so that scripts can tell what to do.
public enum ExitStatus: Int32, Sendable {
    /// It failed.
    case failed = 1
    /// It was asked for wrongly.
    case usage = 64
    /// The server cannot be reached; nothing was lost.
    case unreachable = 69
    /// The library is locked, missing or cannot be written.
    case storage = 73
    /// Later it may work.
    case later = 75
    /// It was refused: suspended, paused, no credit, no rights.
    case refused = 77
}
