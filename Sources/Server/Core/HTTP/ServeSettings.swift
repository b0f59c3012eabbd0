import Foundation
import NIOCore
import Synchronization

/// An address and port of this machine; as text `host:port`, or `[v6]:port`.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
    /// A name or address.
    public let host: String
    /// 0 lets the system choose.
    public let port: Int

    /// Takes both.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads the text form, else nil.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        let host = String(text[..<colon])
        guard !host.isEmpty else { return nil }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        self.init(host: isBracketed ? String(host.dropFirst().dropLast()) : host, port: port)
    }

    /// The host as a URL has it.
    public var shownHost: String { host.contains(":") ? "[\(host)]" : host }

    /// The text form.
    public var description: String { "\(shownHost):\(port)" }
}

/// Where and how `serve` answers.
public struct ServeSettings: Sendable {
    /// Where devices are answered.
    public var address: SocketAddress
    /// Where metrics are read; nil: nowhere.
    public var metrics: SocketAddress?
    /// The files of the server's certificate; nil: plain HTTP.
    public var tls: TLSFiles?
    /// Whether plain HTTP may be spoken where other machines reach it.
    public var allowsPlainHTTP = false
    /// Whether it speaks plain HTTP where other machines reach it.
    public var isPublicPlainHTTP: Bool { tls == nil && !address.isLoopback }
    /// How long requests under way may take after the program was told to stop.
    public var grace = Duration.seconds(30)

    /// The usual settings at an address.
    public init(_ address: SocketAddress) {
        self.address = address
    }
}

extension ServeSettings {
    /// Looks whether the ports can be taken, to name the one that cannot, and the cause.
    ///
    /// - Throws: ``ServerError/cannotListen(address:reason:)``.
    func checkPorts() throws {
        try address.checkFree()
        try metrics?.checkFree()
    }
}

extension SocketAddress {
    /// Whether only programs on this machine reach it.
    public var isLoopback: Bool {
        host.lowercased() == "localhost" || NetworkAddress(host)?.isLoopback == true
    }

    fileprivate func checkFree() throws {
        let address: NIOCore.SocketAddress
        do {
            address = try NIOCore.SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw ServerError.cannotListen(
                address: description, reason: "there is no such name or address")
        }
        let descriptor = socket(
            Int32(address.protocol.rawValue), Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var isReused: Int32 = 1
        setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        let status = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard status == 0, listen(descriptor, 1) == 0 else { throw failure(errno) }
    }

    private func failure(_ code: Int32) -> ServerError {
        let reason =
            switch code {
            case EADDRINUSE: "another program listens there"
            case EADDRNOTAVAIL: "this machine has no such address"
            case EACCES: "ports below 1024 need a right of their own"
            default: String(cString: strerror(code))
            }
        return .cannotListen(address: description, reason: reason)
    }
}

/// The ports that were bound; reports them once, when all of them are.
final class Listening: Sendable {
    private struct State {
        var main: Int?
        var metrics: Int?
    }

    private let state = Mutex(State())
    private let hasMetrics: Bool
    private let tell: @Sendable (_ main: Int, _ metrics: Int?) -> Void

    init(
        hasMetrics: Bool, tell: @escaping @Sendable (_ main: Int, _ metrics: Int?) -> Void
    ) {
        self.hasMetrics = hasMetrics
        self.tell = tell
    }

    /// Devices are answered at `port`.
    func began(main port: Int) { note { $0.main = port } }

    /// Metrics are read at `port`.
    func began(metrics port: Int) { note { $0.metrics = port } }

    private func note(_ change: (inout State) -> Void) {
        let ports: State? = state.withLock { state in
            change(&state)
            guard state.main != nil, !hasMetrics || state.metrics != nil else { return nil }
            return state
        }
        if let ports, let main = ports.main { tell(main, ports.metrics) }
    }
}
