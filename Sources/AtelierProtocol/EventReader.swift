import Foundation
import SignedObjects

/// Reads the stream of ``AccountEvent``: `text/event-stream` as the HTML standard defines it, of
/// which only named events with one line of data are used.
public struct EventReader: Sendable {
    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8] = []

    /// At the beginning of a stream.
    public init() {}

    /// Takes the next piece; gives the events that it completes.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [AccountEvent] {
        var events: [AccountEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                // A line that is too long is none of ours.
                if line.count < ProtocolLimits.messageBytes { line.append(byte) }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    /// An empty line ends an event.
    private mutating func endLine() -> AccountEvent? {
        defer { line = [] }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else {
            defer { (name, data) = ("", []) }
            guard name == AccountEvent.name else { return nil }
            return try? CanonicalJSON.decoder.decode(AccountEvent.self, from: Data(data))
        }
        if let value = value(of: "event") { name = String(decoding: value, as: UTF8.self) }
        if let value = value(of: "data") { data = Array(value) }
        return nil
    }

    private func value(of field: String) -> ArraySlice<UInt8>? {
        let start = Array("\(field):".utf8)
        guard line.starts(with: start) else { return nil }
        let value = line.dropFirst(start.count)
        return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
    }
}
