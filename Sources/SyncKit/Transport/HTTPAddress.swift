/// Where a server is: `https://host[:port]`; plain `http` only on this machine.
public struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    /// True for `https`.
    public let isProtected: Bool
    /// The host name or address as written, an IPv6 address in brackets.
    public let host: String
    /// The port, nil for the scheme's own.
    public let port: Int?

    /// Reads an address; a closing slash is forgiven.
    ///
    /// - Throws: ``HTTPFailure/badAddress(_:)`` for anything else, user names, paths and queries
    ///   among them; ``HTTPFailure/unprotected(host:)`` for `http` to another machine.
    public init(_ text: String) throws(HTTPFailure) {
        guard text.utf8.count <= HTTPLimits.addressBytes, let parts = Self.split(text) else {
            throw .badAddress(String(text.prefix(80)))
        }
        isProtected = parts.scheme == "https"
        host = parts.host
        port = parts.port
        if !isProtected && !isLoopback { throw .unprotected(host: host) }
    }

    /// True where the host is this machine by its name or address.
    public var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// The address without a closing slash.
    public var description: String {
        (isProtected ? "https://" : "http://") + authority
    }

    /// The host, and the port where one is named.
    var authority: String { host + (port.map { ":\($0)" } ?? "") }

    private static func split(_ text: String) -> (scheme: String, host: String, port: Int?)? {
        let schemes = ["https", "http"]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0 + "://") }) else {
            return nil
        }
        var rest = text.dropFirst(scheme.utf8.count + 3)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let (host, port) = splitPort(rest)
        guard let host, isHost(host) else { return nil }
        guard let port else { return (scheme, host, nil) }
        // `UInt16` alone would take a sign.
        guard port.utf8.allSatisfy({ 48...57 ~= $0 }), let number = UInt16(port), number > 0 else {
            return nil
        }
        return (scheme, host, Int(number))
    }

    private static func splitPort(_ text: Substring) -> (host: String?, port: Substring?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return (nil, nil) }
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (String(text), nil) }
            return rest.hasPrefix(":") ? (String(text[...end]), rest.dropFirst()) : (nil, nil)
        }
        guard let colon = text.firstIndex(of: ":") else { return (text.lowercased(), nil) }
        return (text[..<colon].lowercased(), text[text.index(after: colon)...])
    }

    private static func isHost(_ host: String) -> Bool {
        let isAddress = host.hasPrefix("[")
        let name = isAddress ? host.dropFirst().dropLast() : host[...]
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
                case UInt8(ascii: "a")...UInt8(ascii: "z"): true
                case UInt8(ascii: "A")...UInt8(ascii: "F"): isAddress
                case UInt8(ascii: "-"): !isAddress
                case UInt8(ascii: ":"): isAddress
                default: false
                }
            }
    }
}
