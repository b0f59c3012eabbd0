public import Logging
import Foundation
import SignedObjects

/// How log lines look on standard error.
public enum LogFormat: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// One JSON object a line.
    case json

    /// A logger of the server that writes so.
    public func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "atelier-server") { label in
            switch self {
            case .text: StreamLogHandler.standardError(label: label)
            case .json:
                JSONLogHandler(
                    clock: {
                        UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
                    },
                    write: { FileHandle.standardError.write(Data($0.utf8)) })
            }
        }
        logger.logLevel = level
        return logger
    }
}
