import Foundation
import SignedObjects

/// Writes results to standard output, at once.
enum Printer {
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// A line for each of `lines`; `none` on standard error where there are none.
    static func list(_ lines: [String], none: String) {
        lines.forEach(line)
        if lines.isEmpty { FileHandle.standardError.write(Data((none + "\n").utf8)) }
    }

    /// Such as `1 credit` and `2 credits`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// One JSON object: snake_case keys in order, times in RFC 3339, ids lowercase.
    static func json(_ value: some Encodable) throws {
        let encoder = CanonicalJSON.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
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
