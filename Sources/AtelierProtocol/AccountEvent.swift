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
