import Foundation
import SignedObjects

/// The state of an account, as it is sent to a device that watches it.
///
/// The stream is `text/event-stream`: an event named `account` with this as JSON, first at once and
/// then whenever it changed, and a comment at least every half minute.
public struct AccountEvent: Codable, Sendable, Hashable {
    /// The last sequence of the account's segments.
    public let head: Int64
    /// The serial of its last order.
    public let serial: Int
    /// The server's epoch.
    public let epoch: Int
    /// The last order for the whole service, which the account takes over at its next contact; nil
    /// where there never was one.
    public let service: Int64?

    /// The account's position: `head` and `service` at least 0, `serial` and `epoch` as the server
    /// counts
    /// them.
    public init(head: Int64, serial: Int, epoch: Int, service: Int64? = nil) {
        self.head = head
        self.serial = serial
        self.epoch = epoch
        self.service = service
    }

    /// The route.
    public static let target = "/v1/events"
    /// The event's name.
    public static let name = "account"

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or a number out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        head = try container.decode(.head, in: NumberRange.sequence)
        serial = try container.decode(.serial, in: NumberRange.count)
        epoch = try container.decode(.epoch, in: NumberRange.count)
        service = try container.decodeIfPresent(.service, in: NumberRange.sequence)
    }
}

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
            return try? CanonicalJSON.decode(AccountEvent.self, from: Data(data))
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
