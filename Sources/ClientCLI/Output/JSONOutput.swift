import Foundation
import SignedObjects

/// Prints one JSON object: snake_case keys in alphabetical order.
enum JSONOutput {
    /// Prints it in one line, for one of many.
    static func line(_ value: some Encodable) throws {
        Terminal.say(String(decoding: try CanonicalJSON.encoder.encode(value), as: UTF8.self))
    }

    static func show(_ value: some Encodable) throws {
        let encoder = CanonicalJSON.encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        Terminal.say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
