import Foundation
import Synchronization

/// A loopback socket that reads one request and answers with given bytes, or with none.
final class OneReplyServer: Sendable {
    let port: Int
    private let descriptor: Int32
    private let request = Mutex<[UInt8]>([])

    /// Listens at once; nil where the machine lends no socket.
    ///
    /// - Parameter reply: The whole reply; nil keeps the connection open and says nothing.
    init?(reply: String?) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 4) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard descriptor >= 0, bound else { return nil }
        Thread.detachNewThread { self.serve(reply) }
    }

    /// What was asked.
    var received: String { request.withLock { String(decoding: $0, as: UTF8.self) } }

    private func serve(_ reply: String?) {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(connection, &buffer, buffer.count)
        request.withLock { $0 = Array(buffer.prefix(max(0, count))) }
        guard let reply else {
            // Ends when the other side goes away.
            _ = read(connection, &buffer, buffer.count)
            close(connection)
            return
        }
        _ = Array(reply.utf8).withUnsafeBytes {
            send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        close(connection)
    }

    deinit {
        close(descriptor)
    }
}
