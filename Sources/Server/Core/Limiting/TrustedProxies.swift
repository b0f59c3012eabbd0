package import HTTPTypes

/// The proxies whose header about the sender of a request is trusted.
///
/// Each proxy appends the address that it got the request from. So the last entry is by the proxy
/// that connects to this server, and anybody can have written what comes before the first address,
/// counted from the end, that is no trusted proxy.
public struct TrustedProxies: Sendable {
    /// The header that the proxies write.
    ///
    /// Only one is read: a proxy that writes one of them hands on whatever a sender put into the
    /// other.
    public enum Header: String, Sendable, CaseIterable {
        /// `X-Forwarded-For: 192.0.2.1, 198.51.100.7`.
        case xForwardedFor = "x-forwarded-for"
        /// `Forwarded: for=192.0.2.1, for="[2001:db8::1]"`, RFC 7239.
        case forwarded
    }

    /// The proxies' addresses; empty where none is trusted.
    public var ranges: [NetworkRange]
    /// What they write.
    public var header: Header

    /// Without ranges every sender is the address that the connection comes from.
    public init(_ ranges: [NetworkRange] = [], header: Header = .xForwardedFor) {
        self.ranges = ranges
        self.header = header
    }

    /// Whose request it is, that came from `peer` with these headers.
    package func sender(peer: NetworkAddress?, headers: HTTPFields) -> Sender {
        guard var address = peer, trusts(address) else { return Sender(address: peer) }
        for hop in hops(in: headers).suffix(Self.hopLimit).reversed() {
            // Whoever hides or garbles a hop counts as the proxy that took the request from there.
            guard let next = hop else { break }
            address = next
            guard trusts(address) else { break }
        }
        return Sender(address: address)
    }

    /// Whether the proxy that `peer` is says that browsers reach it over TLS.
    package func saysTLS(peer: NetworkAddress?, headers: HTTPFields) -> Bool {
        guard let peer, trusts(peer) else { return false }
        switch header {
        case .xForwardedFor:
            guard let name = HTTPField.Name("X-Forwarded-Proto") else { return false }
            return headers[values: name].last?.split(separator: ",").last?.trimming(" \t")
                .lowercased() == "https"
        case .forwarded:
            guard let name = HTTPField.Name("Forwarded") else { return false }
            let last = headers[values: name].last?.split(separator: ",").last
            return (last ?? "").split(separator: ";").contains {
                $0.trimming(" \t").lowercased().replacing("\"", with: "") == "proto=https"
            }
        }
    }

    /// The most proxies that are followed.
    private static let hopLimit = 32

    /// Whether `address` is one of the proxies.
    func trusts(_ address: NetworkAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    private func hops(in headers: HTTPFields) -> [NetworkAddress?] {
        guard let name = HTTPField.Name(header.rawValue) else { return [] }
        let entries = headers[values: name].flatMap {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        return entries.map { entry in
            let text = entry.trimming(" \t")
            switch header {
            case .xForwardedFor: return NetworkAddress(text)
            case .forwarded: return Self.address(inElement: text)
            }
        }
    }

    /// The address in `for=…` of one element such as `for="[2001:db8::1]:80";proto=https`.
    private static func address(inElement text: Substring) -> NetworkAddress? {
        for pair in text.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].trimming(" \t").lowercased() == "for" else { continue }
            return NetworkAddress(parts[1].trimming(" \t").trimming("\""))
        }
        return nil
    }
}

extension Substring {
    /// Without any of `characters` at both ends.
    fileprivate func trimming(_ characters: String) -> Substring {
        var text = self
        while let first = text.first, characters.contains(first) { text.removeFirst() }
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return text
    }
}

/// Where a request came from, as far as it is known.
package struct Sender: Hashable, Sendable, CustomStringConvertible {
    /// The address; nil where there is none, as in a test in process.
    package let address: NetworkAddress?

    /// What one sender counts as: all of the 64 bits that one customer of a provider has.
    package var network: NetworkAddress? { address?.network }

    /// Names the sender in counts.
    package var description: String { network?.description ?? "local" }

    /// What a request counts for, by where it came from. A household may have 256 networks of 64
    /// bits, and a company 65,536: so wider ones of version 6 are counted too, and may have a few
    /// times as much.
    ///
    /// - Parameter what: The beginning of the buckets' names.
    func counts(
        of what: String, limit: Int, window: Rate.Window = .minute, by many: Int = 1
    ) -> [Rate.Count] {
        let own = Rate.Count(bucket: "\(what) \(self)", limit: limit, window: window, by: many)
        guard let address, address.bytes.count > 4 else { return [own] }
        return [own]
            + Limits.widerNetworks.map { bits, share in
                Rate.Count(
                    bucket: "\(what) \(address.network(of: bits))/\(bits)",
                    limit: limit.multipliedReportingOverflow(by: share).overflow
                        ? limit : limit * share,
                    window: window, by: many)
            }
    }
}

/// What a member's request asks for, as far as limits differ.
enum RequestKind: String, Sendable {
    case account
    case ledger
    case push
    case chunkIn = "chunk-in"
    case chunkOut = "chunk-out"

    /// How many of them one account may make in a minute.
    func limit(by policy: ServerPolicy) -> Int {
        switch self {
        case .account, .ledger: policy.requestsPerMinute
        case .push: policy.segmentsPerMinute
        case .chunkIn, .chunkOut: policy.chunksPerMinute
        }
    }
}
