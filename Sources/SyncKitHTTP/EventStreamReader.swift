/// Reads a `text/event-stream` as the HTML standard defines it, of which only events with one line
/// of data are used.
public struct EventStreamReader: Sendable {
    /// One event.
    public struct Event: Sendable {
        /// The event's name; empty for one without.
        public let name: String
        /// Its line of data.
        public let data: [UInt8]
    }

    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8] = []

    /// At the beginning of a stream.
    public init() {}

    /// Takes the next piece; gives the events that it completes.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                // A line that is too long is of no event that is used.
                if line.count < HTTPLimits.eventLineBytes { line.append(byte) }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    /// An empty line ends an event.
    private mutating func endLine() -> Event? {
        defer { line = [] }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else {
            defer { (name, data) = ("", []) }
            return data.isEmpty ? nil : Event(name: name, data: data)
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
