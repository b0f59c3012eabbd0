import Foundation
import NIOCore

extension ServeSettings {
    /// Looks whether the ports can be taken, to name the one that cannot, and the cause.
    ///
    /// - Throws: ``ServerError/cannotListen(address:reason:)``.
    func checkPorts() throws {
        try place.checkFree()
        try metrics?.checkFree()
    }
}

extension ServeSettings.Place {
    /// Whether only programs on this machine reach it.
    public var isLoopback: Bool {
        host.lowercased() == "localhost" || NetworkAddress(host)?.isLoopback == true
    }

    fileprivate func checkFree() throws {
        let address: SocketAddress
        do {
            address = try SocketAddress.makeAddressResolvingHost(host, port: port)
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
