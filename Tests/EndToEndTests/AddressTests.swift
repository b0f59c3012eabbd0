import Foundation
import TestSupport
import Testing

/// How a server is found and believed.
@Suite struct AddressTests {
    // Goal: a server that shares its host under a path serves like any other; proofs hold behind a
    // proxy that takes the path away.
    // Method: join, spend, sync and a second device, all through the proxy; then another path.
    @Test func aServerMayLieUnderAPath() async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let proxy = try #require(StrippingProxy(before: server.port, path: "/shared/atelier"))
        let device = try await sandbox.libraryWithModel("a")
        try await device.must(
            "join", proxy.address + "/", "--invite", try await sandbox.invite())
        #expect(try await device.generate(seed: 1).status == 0)
        let synced = try await device.must("sync", "--json").object()
        #expect(synced["settled"] as? Int == 1, "\(synced)")
        let status = try await device.must("status", "--json").object()
        #expect(status["server"] as? String == proxy.address)
        let other = sandbox.device("b")
        let asked = try await other.must(
            "devices", "request", proxy.address, try await sandbox.account(of: device), "--json")
        let words = try #require(try asked.object()["comparison_words"] as? String)
        try await device.must("devices", "approve", words)
        try await other.must("sync")
        #expect(try await other.must("works", "list").output.contains("first"))
        let wrong = try await sandbox.libraryWithModel("c")
        let elsewhere = proxy.address.replacing("/shared/atelier", with: "/other")
        let refused = try await wrong.run("join", elsewhere, "--invite", UsageTests.someInvite)
        #expect(refused.status == 1 && refused.errors.contains("Atelier server"), "\(refused)")
        #expect(await server.stop() == 0)
    }

    // Goal: an address that is none says why.
    @Test(arguments: [
        ("https://me:secret@a.example", "user name"), ("https://a.example/?x", "query"),
        ("https://a.example:99999", "port"), ("https://a.example/a//b", "path"),
        ("a.example", "https://"),
    ])
    func aBadAddressSaysWhy(address: String, reason: String) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let done = try await device.run("join", address, "--invite", UsageTests.someInvite)
        #expect(done.status == 64 && done.errors.contains(reason), "\(done)")
    }

    // Goal: what is wrong on this machine is not put on the server's operator. Method: a file of
    // authorities that is missing, one that holds none; then a certificate that has run out, as
    // every one has to a clock in the future.
    @Test func whatIsWrongHereIsSaidToBeHere() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        try Shell.run(["sh", "-c", Self.certificates(in: sandbox.folder.path)])
        let server = try await RunningServer(
            data: sandbox.data, host: "localhost",
            options: [
                "--tls-cert", sandbox.folder.appending(path: "cert.pem").path,
                "--tls-key", sandbox.folder.appending(path: "key.pem").path,
            ])
        _ = try sandbox.file("empty.pem", [])
        for (file, status, words) in [
            ("missing.pem", Int32(64), "missing.pem"), ("empty.pem", 64, "empty.pem"),
            ("cert.pem", 69, "clock"),
        ] {
            let done = try await Program.shell(
                "\"$atelier\" join \(server.address) --invite \(UsageTests.someInvite)", device,
                variables: ["ATELIER_CA_FILE": file])
            #expect(done.status == status && done.errors.contains(words), "\(done)")
        }
        #expect(await server.stop() == 0)
    }

    /// A key and a certificate for `localhost` that ended yesterday.
    private static func certificates(in folder: String) -> String {
        """
        cd '\(folder)' && exec 2>/dev/null
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem \
            -out csr.pem -subj /CN=localhost
        printf 'subjectAltName=DNS:localhost\\nbasicConstraints=CA:TRUE\\n' >names
        openssl x509 -req -in csr.pem -signkey key.pem -days -1 -extfile names -out cert.pem
        """
    }
}
