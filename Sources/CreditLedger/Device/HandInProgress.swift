/// How far a device has come with handing in, for one epoch of the server.
package struct HandInProgress: Codable, Sendable, Hashable {
    /// The server's epoch.
    package let epoch: Int
    /// Receipts from this place in the log on are missing there.
    package let receipts: Int
    /// Orders from this serial on.
    package let orders: Int
    /// How many entries have arrived.
    package var offset: Int

    /// At the beginning.
    package init(epoch: Int, receipts: Int, orders: Int) {
        (self.epoch, self.receipts, self.orders, offset) = (epoch, receipts, max(1, orders), 0)
    }
}
