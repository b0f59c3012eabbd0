import ArgumentParser
import AtelierServer
import Foundation
import SignedObjects

/// Writes results to standard output, at once, in a form that a terminal shows and does not obey.
enum Printer {
    /// Writes a line.
    ///
    /// - Throws: ``OutputError`` where it cannot be written whole.
    static func line(_ text: String) throws(OutputError) {
        try write(PrintableText.line(text))
    }

    /// Writes a text of several lines.
    ///
    /// - Throws: ``OutputError`` where it cannot be written whole.
    static func block(_ text: String) throws(OutputError) {
        try write(PrintableText.block(text))
    }

    /// Writes each of `lines`.
    ///
    /// - Throws: ``OutputError`` where one cannot be written whole.
    static func lines(_ lines: [String]) throws(OutputError) {
        for text in lines { try line(text) }
    }

    /// A line for each of `lines`; `none` on standard error where there are none.
    static func list(_ lines: [String], none: String) throws(OutputError) {
        try Self.lines(lines)
        if lines.isEmpty { note(none) }
    }

    /// Writes a line to standard error; a failure is ignored.
    static func note(_ text: String) {
        try? write(PrintableText.line(text), to: STDERR_FILENO)
    }

    /// Such as `1 credit` and `2 credits`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// One JSON object: snake_case keys in order, times in RFC 3339, ids lowercase.
    static func json(_ value: some Encodable) throws {
        let encoder = CanonicalJSON.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        try write(PrintableText.json(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }

    private static func write(
        _ text: String, to descriptor: Int32 = STDOUT_FILENO
    ) throws(OutputError) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw OutputError(code: count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }
}

/// A moment in JSON output.
struct Moment: Encodable {
    let time: UnixTime

    init(_ time: UnixTime) { self.time = time }

    init?(_ time: UnixTime?) {
        guard let time else { return nil }
        self.time = time
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(time.rfc3339)
    }
}

extension UnixTime {
    /// This machine's clock.
    static var present: UnixTime {
        UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}

/// Ends a command with words on standard error and the code that scripts rely on.
enum Failure {
    /// Runs `body`; says what went wrong, if anything, and ends with its code.
    ///
    /// - Parameter isAct: Whether `body` changes something before it says so: where only the saying
    ///   fails, that is told.
    static func reported(isAct: Bool = false, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as OutputError where isAct && error.consequence.isEmpty {
            throw report(error.with(consequence: "What was asked for is done all the same."))
        } catch {
            throw report(error)
        }
    }

    /// Says what went wrong and gives the code to end with.
    static func report(_ error: any Error) -> ExitCode {
        let (text, code) = ServerFailure.explain(error)
        Printer.note("atelier-server: \(text)")
        return ExitCode(code)
    }
}
