import AtelierServer
import Foundation
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

/// The server's own TLS, as a program, spoken to by libcurl and by curl.
@Suite(.serialized) struct TLSTests {
    // Goal: a client that is given the authority speaks to the server; one that is not refuses.
    @Test func onlyAKnownAuthorityIsBelieved() async throws {
        let folder = try TemporaryFolder()
        let files = try Certificates(in: folder)
        let server = try await files.server(data: folder.url.appending(path: "data"))
        #expect(server.address.hasPrefix("https://localhost:"))
        let message = HTTPMessage(target: "/v1/server")
        let address = try HTTPAddress(server.address)
        let knowing = try HTTPClient(
            address: address, authorities: Array(files.authority.utf8))
        #expect(try await knowing.send(message).status == 200)
        let other = try HTTPClient(address: address)
        await #expect {
            try await other.send(message)
        } throws: { error in
            if case .untrusted? = error as? HTTPFailure { true } else { false }
        }
        let text = try Shell.run([
            "curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert",
            files.authority, "\(server.address)/healthz",
        ])
        #expect(text == "ok\n")
        // What speaks plain HTTP gets no answer.
        let plain = try HTTPClient(
            address: HTTPAddress("http://localhost:\(server.port)"))
        await #expect(throws: HTTPFailure.self) { try await plain.send(message) }
        #expect(await server.stop() == 0)
    }

    // Goal: a renewed certificate is used after SIGHUP, without an end; a broken one is not.
    // Method: the certificate's own number, as a client sees it, before and after.
    @Test func aRenewedCertificateIsTakenUp() async throws {
        let folder = try TemporaryFolder()
        let files = try Certificates(in: folder)
        let server = try await files.server(data: folder.url.appending(path: "data"))
        let first = try files.serial(at: server)
        try files.renew(authority: false)
        server.send(signal: SIGHUP)
        let second = try files.serial(at: server, until: { $0 != first })
        #expect(second != first)
        try Data("nothing".utf8).write(to: URL(filePath: files.certificate))
        server.send(signal: SIGHUP)
        #expect(try files.serial(at: server) == second)
        #expect(await server.stop() == 0)
    }

    // Goal: files that do not do are told before the server listens.
    @Test func unusableFilesAreTold() async throws {
        let folder = try TemporaryFolder()
        let files = try Certificates(in: folder)
        let program = try Programs.url(Programs.server).path
        let serve = [
            program, "serve", "--listen", "127.0.0.1:0", "--data", folder.path("data"),
        ]
        _ = try Shell.run(serve + ["--tls-cert", files.certificate], expecting: 64)
        let text = try Shell.run(
            serve + ["--tls-cert", files.certificate, "--tls-key", files.certificate],
            expecting: 1)
        #expect(text.contains(files.certificate), "\(text)")
        let gone = folder.path("gone")
        _ = try Shell.run(
            serve + ["--tls-cert", gone, "--tls-key", files.key], expecting: 1)
    }
}

/// An authority, and a certificate for `localhost` that it signed, made by `openssl`.
private struct Certificates {
    private let folder: TemporaryFolder

    var authority: String { folder.path("authority.pem") }
    var certificate: String { folder.path("server.pem") }
    var key: String { folder.path("server.key") }

    init(in folder: TemporaryFolder) throws {
        self.folder = folder
        try renew(authority: true)
    }

    func renew(authority isNew: Bool) throws {
        if isNew {
            try openssl([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", folder.path("authority.key"), "-out", authority, "-days", "2",
                "-subj", "/CN=Test authority",
            ])
            try openssl([
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", folder.path("server.csr"), "-subj", "/CN=localhost",
            ])
            try Data("subjectAltName=DNS:localhost,IP:127.0.0.1\n".utf8)
                .write(to: folder.url.appending(path: "names"))
        }
        try openssl([
            "x509", "-req", "-in", folder.path("server.csr"), "-CA", authority, "-CAkey",
            folder.path("authority.key"), "-CAcreateserial", "-out", certificate, "-days", "2",
            "-extfile", folder.path("names"),
        ])
    }

    func server(data: URL) async throws -> RunningServer {
        try await RunningServer(
            data: data, host: "localhost",
            options: ["--tls-cert", certificate, "--tls-key", key])
    }

    /// The number of the certificate that the server shows; asks until `isWanted`.
    func serial(
        at server: RunningServer, until isWanted: (String) -> Bool = { _ in true }
    ) throws -> String {
        for _ in 0..<500 {
            let text = try Shell.run([
                "sh", "-c",
                "openssl s_client -connect localhost:\(server.port) </dev/null 2>/dev/null "
                    + "| openssl x509 -noout -serial",
            ])
            if isWanted(text) { return text }
        }
        return ""
    }

    private func openssl(_ arguments: [String]) throws {
        try Shell.run(["openssl"] + arguments)
    }
}
