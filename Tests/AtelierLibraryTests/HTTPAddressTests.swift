import SyncKit
import SyncKitHTTP
import Testing

@Suite("Server addresses")
struct HTTPAddressTests {
    // Goal: only real addresses are taken, in one spelling. Method: good ones with their form.
    @Test(arguments: [
        ("https://a.example", "https://a.example"), ("HTTPS://A.Example/", "https://a.example"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://localhost:1", "http://localhost:1"), ("http://[::1]:80/", "http://[::1]:80"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://a.example:65535", "https://a.example:65535"),
        ("https://a.example/path", "https://a.example/path"),
        ("https://A.example:8443/Shared/atelier~1/", "https://a.example:8443/Shared/atelier~1"),
        ("http://127.0.0.1:80/a.b_c-d", "http://127.0.0.1:80/a.b_c-d"),
    ])
    func realAddressesAreTaken(text: String, form: String) throws {
        #expect(try HTTPAddress(text).description == form)
    }

    // Goal: nothing else reaches the network. Method: other schemes, parts and characters.
    @Test(arguments: [
        "", "a.example", "ftp://a.example", "file:///etc/passwd", "https://", "https:///",
        "https://user@a.example", "https://a.example?x", "https://a.example/x?y",
        "https://a.example//", "https://a.example/a//b", "https://a.example/../b",
        "https://a.example/.", "https://a.example/%2e", "https://a.example/ä",
        "https://a.example/a b",
        "https://a.example#x", "https://a b", "https://a.example:0", "https://a.example:65536",
        "https://a.example:", "https://a.example:+80", "https://[::1", "https://[::1]x",
        "https://a\u{0}b", "https://ä.example", "http//127.0.0.1",
        "https://" + String(repeating: "a", count: 512),
    ])
    func nothingElseIs(text: String) {
        let error = #expect(throws: HTTPFailure.self) { try HTTPAddress(text) }
        guard case .badAddress(let shown, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(shown == text.prefix(80) && !reason.isEmpty)
    }

    // Goal: plain http never leaves the machine. Method: hosts that look like loopback.
    @Test(arguments: [
        "http://a.example", "http://192.0.2.1", "http://127.0.0.1.example", "http://127.0.0.256",
        "http://localhost.example", "http://[::2]", "http://1270.0.0.1", "http://127.1",
    ])
    func plainHTTPStaysOnTheMachine(text: String) {
        let error = #expect(throws: HTTPFailure.self) { try HTTPAddress(text) }
        guard case .unprotected = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
