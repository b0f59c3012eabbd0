import AtelierLibrary
import Foundation
import SignedObjects
import Synchronization

/// What goes to the terminal: results to standard output, the rest to standard error.
enum Terminal {
    /// Writes a line of the result; of text from elsewhere only what a terminal shows.
    static func say(_ line: String = "") {
        write(shown(line) + "\n", to: .standardOutput)
    }

    /// Writes a line that is no part of the result.
    static func note(_ line: String) {
        write(shown(line) + "\n", to: .standardError)
    }

    /// Writes what went wrong.
    static func complain(_ text: String) {
        note("atelier: \(text)")
    }

    /// One cell of a table: of text from elsewhere only what a terminal shows on one line.
    static func cell(_ text: String) -> String {
        PrintableText.line(text, keeping: styles)
    }

    /// The styles in use: ANSI SGR codes (ECMA-48, 8.3.117).
    private enum Style: Int, CaseIterable {
        case bold = 1
        case dim = 2
        case yellow = 33

        var start: String { "\u{1B}[\(rawValue)m" }
        static let end = "\u{1B}[0m"
    }

    /// Less important text, dimmed where colour is wanted.
    static func dim(_ text: String) -> String { styled(text, .dim) }

    /// The most important text, bold where colour is wanted.
    static func strong(_ text: String) -> String { styled(text, .bold) }

    /// A warning, yellow where colour is wanted.
    static func warm(_ text: String) -> String { styled(text, .yellow) }

    private static func styled(_ text: String, _ style: Style) -> String {
        wantsColor ? style.start + text + Style.end : text
    }

    /// True where a person watches standard error.
    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// True where a person can be asked.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks a question that only `y` or `yes` agrees to.
    static func confirms(_ question: String) -> Bool {
        write("\(shown(question)) [y/N] ", to: .standardError)
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    /// Shows how far something is, in one line that overwrites itself.
    static func progress(_ label: String, _ part: Double) {
        let width = 24
        let full = min(width, max(0, Int(rounding: part * Double(width))))
        let bar = String(repeating: "━", count: full) + String(repeating: "╌", count: width - full)
        let percent = String(Int(rounding: part * 100))
        write("\r\(cell(label)) \(bar) \(percent) %  ", to: .standardError)
    }

    /// Takes the progress line away.
    static func endProgress() {
        write("\r\u{1B}[K", to: .standardError)
    }

    private static func shown(_ text: String) -> String {
        PrintableText.block(text, keeping: styles)
    }

    /// The escape sequences that may pass to the terminal; none where no colour is wanted.
    private static var styles: [String] {
        wantsColor ? Style.allCases.map(\.start) + [Style.end] : []
    }

    private static var wantsColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
            && environment["TERM"] != "dumb"
    }

    /// Columns of the terminal that shows standard output, or of `COLUMNS`; nil where there is
    /// neither, and nothing has to fit.
    static var width: Int? {
        let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0
        if (1...10_000).contains(named) { return named }
        var size = winsize()
        let status = ioctl(STDOUT_FILENO, UInt(clamping: TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? Int(clamping: size.ws_col) : nil
    }

    private static func write(_ text: String, to handle: FileHandle) {
        guard handle.fileDescriptor != STDOUT_FILENO else { return StandardOutput.write(text) }
        // Nobody can be told of what standard error does not take.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

/// Prints one JSON object: snake_case keys in alphabetical order.
enum JSONOutput {
    /// Prints it in one line, for one of many.
    static func line(_ value: some Encodable) throws {
        say(try CanonicalJSON.encoder.encode(value))
    }

    static func show(_ value: some Encodable) throws {
        let encoder = CanonicalJSON.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        say(try encoder.encode(value))
    }

    private static func say(_ json: Data) {
        Terminal.say(PrintableText.json(String(decoding: json, as: UTF8.self)))
    }
}

/// Draws a progress line where a person watches, and only when it changes.
final class ProgressLine: Sendable {
    private let label: String
    private let last = Mutex(-1)

    init(_ label: String) {
        self.label = label
    }

    func show(_ part: Double) {
        guard Terminal.showsProgress else { return }
        let percent = Int(rounding: part * 100)
        let changed = last.withLock { last in
            defer { last = percent }
            return last != percent
        }
        if changed { Terminal.progress(label, part) }
    }

    func end() {
        if Terminal.showsProgress && last.withLock({ $0 >= 0 }) { Terminal.endProgress() }
    }
}
