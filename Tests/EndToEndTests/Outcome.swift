import Foundation
import Testing

/// How a program ended and what it said.
struct Outcome: Sendable, CustomStringConvertible {
    /// What it was asked.
    let command: String
    /// Its exit status; 128 and the signal's number when a signal ended it.
    let status: Int32
    let output: String
    let errors: String

    var description: String { "\(command) -> \(status)\n\(output)\(errors)" }

    /// The one JSON object that standard output holds.
    func object() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(value as? [String: Any], "\(self)")
    }

    /// The objects of a list such as `{"works": [...]}`.
    func objects(_ key: String) throws -> [[String: Any]] {
        try #require(try object()[key] as? [[String: Any]], "\(self)")
    }
}
