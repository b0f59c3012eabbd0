/// What a watching device is told: where its account stands now.
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

    /// Takes every field.
    public init(head: Int64, serial: Int, epoch: Int) {
        self.head = head
        self.serial = serial
        self.epoch = epoch
    }

    /// The route.
    public static let target = "/v1/events"
    /// The event's name.
    public static let name = "account"
}
