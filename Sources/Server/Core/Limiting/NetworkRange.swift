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
        bytes.enumerated().map { place, byte in
            let kept = min(8, max(0, bits - 8 * place))
            return kept == 0 ? 0 : byte & (0xFF << (8 - UInt8(kept)))
        }
    }
}
