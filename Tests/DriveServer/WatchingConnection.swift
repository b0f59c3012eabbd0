import AtelierProtocol
import Foundation

/// A loopback connection with a stream of events on it, of which nothing more is read.
final class WatchingConnection {
    private let descriptor: Int32

    /// Nil where the server does not begin the stream.
    init?(port: Int, proof: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, length) == 0
            }
        }
        guard isOpen else { return nil }
        let request = Array(
            """
            GET \(AccountEvent.target) HTTP/1.1\r
            Host: 127.0.0.1\r
            \(RequestProof.headerName): \(proof)\r
            \r\n
            """.utf8)
        guard write(descriptor, request, request.count) == request.count else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &buffer, buffer.count)
        guard String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).contains(" 200 ") else {
            return nil
        }
    }

    deinit { close(descriptor) }
}
