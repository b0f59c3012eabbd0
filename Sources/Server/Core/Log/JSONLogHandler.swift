import Foundation
public import Logging
package import SignedObjects

/// Writes one JSON object a line: `time`, `level`, `message`, then the event's own fields.
package struct JSONLogHandler: LogHandler {
    /// Fields of every line.
    package var metadata: Logger.Metadata = [:]
    /// What is below is left out.
    package var logLevel = Logger.Level.info
    private let clock: @Sendable () -> UnixTime
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - clock: What `time` says.
    ///   - write: Takes one line, its end included.
    package init(
        clock: @escaping @Sendable () -> UnixTime, write: @escaping @Sendable (String) -> Void
    ) {
        self.clock = clock
        self.write = write
    }

    /// A field of every line.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    package func log(event: LogEvent) {
        var line = "{\"time\":\"\(clock().rfc3339)\",\"level\":\"\(event.level.rawValue)\""
        line += ",\"message\":" + Self.quoted("\(event.message)")
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += ",\(Self.quoted(Self.names[key] ?? key)):\(Self.json(value))"
        }
        write(line + "}\n")
    }

    /// What the framework calls fields of its own, and what they are here.
    private static let names = ["hb.request.id": "request"]

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let number as Int): String(number)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }
                .map { "\(quoted($0.key)):\(json($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

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
