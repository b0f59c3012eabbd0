/// Where browsers find the server's pages: an origin, and what a passkey made there is for.
package struct PageSite: Sendable, Equatable, CustomStringConvertible {
    /// Scheme, host, and the port where it is not the scheme's usual one.
    package let origin: String
    /// The host, to which a passkey is bound; WebAuthn calls it the relying party's id.
    package let host: String

    /// - Parameter text: `https://HOST` or `http://HOST`, with a port or without, and nothing
    ///   after that.
    package init?(_ text: String) {
        guard text.utf8.count <= Limits.originBytes,
            let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) })
        else { return nil }
        let authority = text.dropFirst(scheme.count)
        guard let host = Self.host(of: authority) else { return nil }
        origin = text
        self.host = host
    }

    /// Whether browsers reach it over TLS.
    package var isSecure: Bool { origin.hasPrefix("https://") }

    /// The text form.
    package var description: String { origin }

    private static func host(of authority: Substring) -> String? {
        var host = authority
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else {
                return nil
            }
            host = authority[..<colon]
        }
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
        let name = isAddress ? host.dropFirst().dropLast() : host
        let allowed = isAddress ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789.-"
        guard !name.isEmpty, name.allSatisfy({ allowed.contains($0) }) else { return nil }
        return String(host)
    }
}
