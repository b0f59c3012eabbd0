/// Where a server is: `https://host[:port][/path]`; plain `http` only on this machine.
///
/// The path is that of a proxy which passes on what lies below it without it. So the target of a
/// request, and what is signed of it, is that of the server: it never holds the path.
public struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    /// True for `https`.
    public let isProtected: Bool
    /// The host name or address as written, an IPv6 address in brackets.
    public let host: String
    /// The port, nil for the scheme's own.
    public let port: Int?
    /// The path below which the server is reached, such as `/atelier`; empty at the root.
    public let path: String

    /// Reads an address; a closing slash is forgiven.
    ///
    /// - Throws: ``HTTPFailure/badAddress(_:reason:)`` for anything else, user names and queries
    ///   among them; ``HTTPFailure/unprotected(host:)`` for `http` to another machine.
    public init(_ text: String) throws(HTTPFailure) {
        let parts: Parts
        do {
            parts = try Parts(text)
        } catch {
            throw .badAddress(String(text.prefix(80)), reason: error.rawValue)
        }
        isProtected = parts.scheme == "https"
        host = parts.host
        port = parts.port
        path = parts.path
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
        (isProtected ? "https://" : "http://") + authority + path
    }

    /// The host, and the port where one is named.
    var authority: String { host + (port.map { ":\($0)" } ?? "") }
}

/// Why a text is no address.
private enum AddressFault: String, Error {
    case tooLong = "it is longer than any address"
    case noScheme = "it does not begin with https://"
    case userName = "it holds a user name, which nobody asks for"
    case query = "it holds a query or a fragment"
    case host = "its host is no name or address"
    case port = "its port is not 1 to 65535"
    case path = "its path may hold letters, digits, -, ., _ and ~ between single slashes"
}

/// An address taken apart.
private struct Parts {
    let scheme: String
    let host: String
    let port: Int?
    let path: String

    init(_ text: String) throws(AddressFault) {
        guard text.utf8.count <= HTTPLimits.addressBytes else { throw .tooLong }
        let start = text.lowercased()
        guard let scheme = ["https", "http"].first(where: { start.hasPrefix($0 + "://") }) else {
            throw .noScheme
        }
        self.scheme = scheme
        let rest = text.dropFirst(scheme.utf8.count + 3)
        if rest.contains("@") { throw .userName }
        if rest.contains(where: { $0 == "?" || $0 == "#" }) { throw .query }
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let (host, port) = Self.splitPort(rest[..<end])
        guard let host, Self.isHost(host) else { throw .host }
        self.host = host
        self.port = try port.map { text throws(AddressFault) in try Self.number(text) }
        path = try Self.path(rest[end...])
    }

    private static func number(_ port: Substring) throws(AddressFault) -> Int {
        // `UInt16` alone would take a sign.
        guard port.utf8.allSatisfy({ 48...57 ~= $0 }), let number = UInt16(port), number > 0 else {
            throw .port
        }
        return Int(number)
    }

    /// Dots alone would leave the path again.
    private static func path(_ text: Substring) throws(AddressFault) -> String {
        let text = text.hasSuffix("/") ? text.dropLast() : text
        guard !text.isEmpty else { return "" }
        let pieces = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = pieces.allSatisfy { piece in
            !["", ".", ".."].contains(piece)
                && piece.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."),
                        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
                        UInt8(ascii: "~"):
                        true
                    default: false
                    }
                }
        }
        guard isPlain else { throw .path }
        return String(text)
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
