import Foundation
import TestSupport

/// A proxy as operators put before a server that shares its host: it passes on what lies below a
/// path, without the path, one request a connection; all else is none of its business.
final class StrippingProxy: Sendable {
    /// Such as `http://127.0.0.1:49152/atelier`.
    let address: String
    private let descriptor: Int32

    /// Listens at once; nil where the machine lends no socket.
    init?(before port: Int, path: String) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(listener, place, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, place, &length) == 0
            }
        }
        address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))\(path)"
        guard descriptor >= 0, isBound else { return nil }
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { Self.pass(client, on: port, path: path) }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    private static func pass(_ client: Int32, on port: Int, path: String) {
        defer { close(client) }
        guard let head = head(from: client) else { return }
        let lines = head.components(separatedBy: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3, words[1].hasPrefix(path + "/") else {
            return send("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", to: client)
        }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        var name = loopback(port: port)
        let isConnected = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return }
        let first = "\(words[0]) \(words[1].dropFirst(path.count)) \(words[2])"
        let all =
            [first] + lines.dropFirst().prefix { !$0.isEmpty } + ["Connection: close", "", ""]
        send(all.joined(separator: "\r\n"), to: server)
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        copy(from: client, to: server, limit: length)
        copy(from: server, to: client, limit: .max)
    }

    /// Byte by byte, so that nothing of the body is taken.
    private static func head(from client: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 65_536, read(client, &byte, 1) == 1 {
            bytes.append(byte)
            if bytes.suffix(4) == Array("\r\n\r\n".utf8)[...] {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
        return nil
    }

    private static func copy(from source: Int32, to target: Int32, limit: Int) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var left = limit
        while left > 0 {
            let count = read(source, &buffer, min(left, buffer.count))
            guard count > 0 else { return }
            send(buffer.prefix(count), to: target)
            left -= count
        }
    }

    private static func send(_ text: String, to target: Int32) {
        send(Array(text.utf8)[...], to: target)
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to target: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return name
    }
}
