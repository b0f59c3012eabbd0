import Foundation

/// Which connections are held, and which gives way to a new one.
///
/// A connection is a stranger's until a device of an account has signed a request on it. Where
/// there is no room the oldest stranger gives way, of the same address first: silent connections
/// push out each other, and a device that has just connected has the time to show who it is.
package struct ConnectionList {
    /// What became of a new connection.
    package struct Admission: Equatable {
        /// Names it from now on; nil where it is refused.
        package var id: UInt64?
        /// The one that gives way to it.
        package var evicted: UInt64?
    }

    private struct Entry {
        let address: NetworkAddress?
        var isStranger = true
    }

    private struct Address {
        var count = 0
        var strangers = WaitingLine()
    }

    private let total: Int
    private let perAddress: Int
    private let strangersPerAddress: Int
    private var entries: [UInt64: Entry] = [:]
    private var addresses: [NetworkAddress: Address] = [:]
    private var strangers = WaitingLine()
    private var last: UInt64 = 0

    /// An empty list that holds `total` connections at most.
    package init(total: Int, policy: ConnectionPolicy) {
        self.total = total
        perAddress = policy.perAddress
        strangersPerAddress = policy.strangersPerAddress
    }

    /// How many are held.
    package var count: Int { entries.count }
    /// How many of them are strangers'.
    package var strangerCount: Int { strangers.count }

    /// Takes a new connection, or refuses it.
    ///
    /// - Parameters:
    ///   - address: Where it comes from; nil for a proxy, which many share.
    package mutating func add(from address: NetworkAddress?) -> Admission {
        let evicted: UInt64?
        switch room(for: address) {
        case .there: evicted = nil
        case .afterEvicting(let id):
            evicted = id
            remove(id)
        case .none: return Admission()
        }
        last += 1
        entries[last] = Entry(address: address)
        strangers.append(last) { [entries] in entries[$0]?.isStranger == true }
        if let address {
            addresses[address, default: Address()].count += 1
            addresses[address]?.strangers.append(last) { [entries] in
                entries[$0]?.isStranger == true
            }
        }
        return Admission(id: last, evicted: evicted)
    }

    /// A device of an account has signed a request on it.
    package mutating func prove(_ id: UInt64) {
        guard let entry = entries[id], entry.isStranger else { return }
        entries[id]?.isStranger = false
        strangers.leave()
        if let address = entry.address { addresses[address]?.strangers.leave() }
    }

    /// It is closed.
    package mutating func remove(_ id: UInt64) {
        prove(id)
        guard let entry = entries.removeValue(forKey: id), let address = entry.address else {
            return
        }
        addresses[address]?.count -= 1
        if addresses[address]?.count == 0 { addresses[address] = nil }
    }

    private enum Room {
        case there
        case afterEvicting(UInt64)
        case none
    }

    private mutating func room(for address: NetworkAddress?) -> Room {
        if let address, let known = addresses[address] {
            let isCounted = !address.isLoopback
            if known.strangers.count >= strangersPerAddress
                || isCounted && known.count >= perAddress
            {
                return oldestStranger(of: address)
            }
        }
        guard entries.count >= total else { return .there }
        let oldest = strangers.oldest { [entries] in entries[$0]?.isStranger == true }
        return oldest.map { .afterEvicting($0) } ?? .none
    }

    private mutating func oldestStranger(of address: NetworkAddress) -> Room {
        let oldest = addresses[address]?.strangers.oldest { [entries] in
            entries[$0]?.isStranger == true
        }
        return oldest.map { .afterEvicting($0) } ?? .none
    }
}

/// Members in the order in which they came; one that has left is passed over.
struct WaitingLine {
    private var members: [UInt64] = []
    private var first = 0
    /// How many are in it.
    private(set) var count = 0

    /// Adds a member, which must be greater than all that ever came.
    ///
    /// - Parameter isWaiting: Whether one that came before is still in the line.
    mutating func append(_ member: UInt64, isWaiting: (UInt64) -> Bool) {
        // Those who left are taken out now and then, so that the line does not grow by them.
        if members.count - first > 2 * count + 64 {
            members = members[first...].filter(isWaiting)
            first = 0
        }
        members.append(member)
        count += 1
    }

    /// A member has left.
    mutating func leave() { count -= 1 }

    /// The member that came first; it stays in the line until it has left.
    mutating func oldest(isWaiting: (UInt64) -> Bool) -> UInt64? {
        while first < members.count, !isWaiting(members[first]) { first += 1 }
        return first < members.count ? members[first] : nil
    }
}

/// How many connections are held, and how long one may take for what.
public struct ConnectionPolicy: Sendable {
    /// Connections in all; fewer where the system gives fewer descriptors.
    public var total = 16_384
    /// Connections from one address. Trusted proxies and this machine are not counted.
    public var perAddress = 1024
    /// Connections from one address on which no device of an account has signed a request yet;
    /// trusted proxies are not counted.
    public var strangersPerAddress = 128
    /// How long a new connection may take until its first request's header is there, the TLS
    /// handshake included.
    public var header = Duration.seconds(10)
    /// How long a connection may lie idle between two requests.
    public var idle = Duration.seconds(60)
    /// How long a peer may send or take nothing in the middle of a request or an answer.
    public var stall = Duration.seconds(15)
    /// The least rate of bodies and answers in bytes a second, after ``stall``.
    public var bytesPerSecond = 4096
    /// Bytes of request bodies in memory at a time.
    public var bodyBytes = 64 << 20
    /// Bodies that one device, or one address without one, sends at a time.
    public var bodiesPerSender = 8

    /// The usual policy.
    public init() {}
}

/// How many files and connections the system lets this program have open.
enum DescriptorLimit {
    /// Raises the limit as far as the system allows; says how far that is.
    static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return usual }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections leave enough descriptors for files and for those that are closing.
    static func connections(of descriptors: Int, policy: ConnectionPolicy) -> Int {
        max(1, min(policy.total, descriptors - min(Limits.reservedDescriptors, descriptors / 4)))
    }

    private static let usual = 1024
}
