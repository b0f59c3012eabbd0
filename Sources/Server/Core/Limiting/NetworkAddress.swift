import Foundation

/// An address of IP, version 4 or 6.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16, the most significant first.
    let bytes: [UInt8]

    /// Reads `192.0.2.1` or `2001:db8::1`, also as proxies write them: in brackets, with a port.
    ///
    /// An address of version 4 that is written as one of version 6 is the same as that of
    /// version 4.
    public init?(_ text: some StringProtocol) {
        let name = Self.host(in: String(text))
        var four = in_addr()
        if inet_pton(AF_INET, name, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, name, &six) == 1 else { return nil }
        let sixteen = withUnsafeBytes(of: &six) { Array($0) }
        let isMapped = sixteen.starts(with: [UInt8](repeating: 0, count: 10) + [255, 255])
        bytes = isMapped ? Array(sixteen.suffix(4)) : sixteen
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether it names this machine.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// What one customer of a provider has: an address of version 4, 64 bits of version 6.
    var network: NetworkAddress { network(of: 64) }

    /// An address of version 4; of version 6 its first bits, a multiple of 8.
    func network(of bits: Int) -> NetworkAddress {
        guard bytes.count > 4 else { return self }
        let kept = bytes.prefix(bits / 8)
        return NetworkAddress(
            bytes: kept + [UInt8](repeating: 0, count: bytes.count - kept.count))
    }

    /// The usual text form.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = bytes.withUnsafeBytes {
            inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count))
        }
        let written = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: written, as: UTF8.self)
    }

    /// Without brackets and port; a single colon parts a port from an address of version 4.
    private static func host(in text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return "" }
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return text }
        return isPort(text[colon...]) ? String(text[..<colon]) : ""
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && UInt16(text.dropFirst()) != nil
    }
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, or one address.
public struct NetworkRange: Hashable, Sendable, CustomStringConvertible {
    private let first: [UInt8]
    private let bits: Int

    /// Reads the form with or without a slash; nil where bits after the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ NetworkAddress($0) }), parts.count <= 2,
            !text.contains("["), parts[0].utf8.count(where: { $0 == UInt8(ascii: ":") }) != 1
        else { return nil }
        first = address.bytes
        guard parts.count == 2 else {
            bits = 8 * first.count
            return
        }
        guard let count = Int(parts[1]), (0...8 * first.count).contains(count),
            parts[1].allSatisfy(\.isNumber)
        else { return nil }
        bits = count
        guard Self.masked(first, to: count) == first else { return nil }
    }

    /// The form with a slash.
    public var description: String { "\(NetworkAddress(bytes: first))/\(bits)" }

    /// Whether `address` lies in it.
    public func contains(_ address: NetworkAddress) -> Bool {
        address.bytes.count == first.count && Self.masked(address.bytes, to: bits) == first
    }

    private static func masked(_ bytes: [UInt8], to bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, bits - 8 * index))
            return kept == 0 ? 0 : byte & (0xFF << (8 - UInt8(kept)))
        }
    }
}
