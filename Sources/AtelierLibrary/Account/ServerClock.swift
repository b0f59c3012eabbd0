import SignedObjects
import Synchronization

/// What the server's clock says, as far as its replies told.
final class ServerClock: Sendable {
    private let device: @Sendable () -> UnixTime
    private let state: Mutex<Int64?>

    /// A clock that starts from the offset of an earlier contact, in milliseconds.
    init(device: @escaping @Sendable () -> UnixTime, offset: Int64?) {
        self.device = device
        state = Mutex(offset)
    }

    /// Milliseconds that server time is ahead of this device's; nil before any contact.
    var offset: Int64? { state.withLock { $0 } }

    /// Server time now.
    var now: UnixTime { device() + .milliseconds(offset ?? 0) }

    /// Takes the `Atelier-Time` of a reply that just came.
    func observe(_ header: String?) {
        guard
            let milliseconds = header.flatMap(Int64.init),
            (0...UnixTime.latest.milliseconds).contains(milliseconds)
        else { return }
        state.withLock { $0 = milliseconds - device().milliseconds }
    }
}
