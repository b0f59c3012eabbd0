import Foundation
import SignedObjects

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
