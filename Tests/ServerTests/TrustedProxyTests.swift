import AtelierServer
import HTTPTypes
import Testing

struct TrustedProxyTests {
    private static let name = HTTPField.Name("X-Forwarded-For")
    private static let standard = HTTPField.Name("Forwarded")

    // Goal: nobody but a trusted proxy says whose request it is, and nobody puts words before it.
    // Method: chains of one and two proxies, with what a sender may have written at their heads.
    @Test(arguments: [
        ("203.0.113.9", ["192.0.2.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["1.2.3.4, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["1.2.3.4, 192.0.2.1, 10.9.9.9"], "192.0.2.1"),
        ("10.0.0.1", ["1.2.3.4", "192.0.2.1 ,10.9.9.9"], "192.0.2.1"),
        ("10.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        ("10.0.0.1", ["192.0.2.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, "], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1, nonsense, 10.3.3.3"], "10.3.3.3"),
        ("10.0.0.1", ["192.0.2.1:443"], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("2001:db8:1::7", ["[2001:db8:2:3:4::5]:80"], "2001:db8:2:3::"),
        ("2001:db8:1::7", ["1.2.3.4, 2001:db8:2::9"], "2001:db8:2::"),
        ("2001:db8:9::7", ["192.0.2.1"], "2001:db8:9::"),
    ])
    func theLastUntrustedHopIsTheSender(
        peer: String, values: [String], expected: String
    ) throws {
        let ranges = try ["10.0.0.0/8", "2001:db8:1::/48"].map {
            try #require(NetworkRange($0))
        }
        var headers = HTTPFields()
        headers[values: try #require(Self.name)] = values
        // A proxy that writes one header hands on what a sender put into the other.
        headers[try #require(Self.standard)] = "for=9.9.9.9"
        let sender = TrustedProxies(ranges).sender(
            peer: NetworkAddress(peer), headers: headers)
        #expect(sender.description == expected)
    }

    // Goal: the standard header is read as RFC 7239 writes it. Method: its forms, and garbage.
    @Test(arguments: [
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ("for=1.1.1.1, For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::"),
        ("for=192.0.2.43, for=10.1.2.3", "192.0.2.43"),
        ("for=192.0.2.43, for=_hidden", "10.0.0.1"),
        ("for=192.0.2.43, for=unknown", "10.0.0.1"),
        ("for=192.0.2.43, proto=https", "10.0.0.1"),
        ("", "10.0.0.1"),
    ])
    func theStandardHeaderIsRead(value: String, expected: String) throws {
        let proxies = TrustedProxies(
            [try #require(NetworkRange("10.0.0.0/8"))], header: .forwarded)
        var headers = HTTPFields()
        headers[try #require(Self.standard)] = value
        headers[try #require(Self.name)] = "9.9.9.9"
        let sender = proxies.sender(peer: NetworkAddress("10.0.0.1"), headers: headers)
        #expect(sender.description == expected)
    }

    // Goal: a range is what was meant, or an error at the start.
    // Method: both versions, one address, the ends of a range, and what is none.
    @Test func rangesAreRead() throws {
        let range = try #require(NetworkRange("192.168.64.0/18"))
        for (text, isIn) in [
            ("192.168.64.0", true), ("192.168.127.255", true), ("192.168.128.0", false),
            ("192.168.63.255", false), ("::1", false),
        ] {
            #expect(range.contains(try #require(NetworkAddress(text))) == isIn, "\(text)")
        }
        let one = try #require(NetworkRange("::1"))
        #expect(one.contains(try #require(NetworkAddress("::1"))))
        #expect(!one.contains(try #require(NetworkAddress("::2"))))
        let all = try #require(NetworkRange("0.0.0.0/0"))
        #expect(all.contains(try #require(NetworkAddress("255.1.2.3"))))
        for wrong in [
            "", "/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/8/8", "host", "::/129",
            "10.0.0.0/", "10.0.0.0:80/8", "[::1]",
        ] {
            #expect(NetworkRange(wrong) == nil, "\(wrong)")
        }
    }
}
