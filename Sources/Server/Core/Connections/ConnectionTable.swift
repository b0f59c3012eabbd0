import NIOCore
import Synchronization

/// The connections that this program holds.
package final class ConnectionTable: Sendable {
    /// Why a connection was closed by this program, or not taken.
    package enum Cause: String, CaseIterable {
        case refused
        case evicted
        case header
        case idle
        case body
        case answer
        /// The system gave no descriptor.
        case descriptors
    }

    /// What is counted.
    struct Counts {
        var open = 0
        var strangers = 0
    }

    fileprivate struct State {
        var list: ConnectionList
        var channels: [UInt64: any Channel] = [:]
        var ids: [ObjectIdentifier: UInt64] = [:]
    }

    private let state: Mutex<State>
    private let proxies: TrustedProxies
    private let metrics: ServerMetrics?

    /// - Parameter metrics: Where closed connections are counted; nil: nowhere.
    init(_ policy: ServerPolicy, metrics: ServerMetrics?) {
        self.metrics = metrics
        state = Mutex(
            State(
                list: ConnectionList(total: policy.connections.total, policy: policy.connections)))
        proxies = policy.trustedProxies
    }

    /// Holds no more than this from now on; called before the first connection.
    func limit(to total: Int, policy: ConnectionPolicy) {
        state.withLock { $0.list = ConnectionList(total: total, policy: policy) }
    }

    /// How many there are now.
    var counts: Counts {
        state.withLock { Counts(open: $0.list.count, strangers: $0.list.strangerCount) }
    }

    /// Takes a connection that was just accepted; false where it has to be closed.
    func admit(_ channel: any Channel) -> Bool {
        let peer = channel.remoteAddress?.ipAddress.flatMap { NetworkAddress($0) }
        let address = peer.flatMap { proxies.trusts($0) ? nil : $0.network }
        let (admission, evicted) = state.withLock { state in
            let admission = state.list.add(from: address)
            if let id = admission.id {
                state.channels[id] = channel
                state.ids[ObjectIdentifier(channel)] = id
            }
            return (admission, admission.evicted.flatMap { state.forget($0) })
        }
        if admission.evicted != nil { count(.evicted) }
        evicted?.close(promise: nil)
        guard let id = admission.id else {
            count(.refused)
            return false
        }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { state in
                state.list.remove(id)
                _ = state.forget(id)
            }
        }
        return true
    }

    /// A device of an account has signed a request on `channel`.
    func prove(_ channel: ObjectIdentifier) {
        state.withLock { state in
            if let id = state.ids[channel] { state.list.prove(id) }
        }
    }

    /// Counts a connection that was closed.
    func count(_ cause: Cause) { metrics?.close(cause) }
}

extension ConnectionTable.State {
    /// The channel of a connection, which is then not known any more.
    fileprivate mutating func forget(_ id: UInt64) -> (any Channel)? {
        guard let channel = channels.removeValue(forKey: id) else { return nil }
        ids[ObjectIdentifier(channel)] = nil
        return channel
    }
}
