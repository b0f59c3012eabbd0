import Foundation
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

/// The server's program: its output, signals, ports and folder.
struct ServeProgramTests {
    private static func program(_ folder: TemporaryFolder, _ words: [String]) throws -> [String] {
        [try Programs.url(Programs.server).path] + words + ["--data", folder.path("data")]
    }

    /// Runs a command with its standard output led elsewhere by a shell.
    private static func run(
        _ command: [String], output: String, expecting status: Int32
    ) throws -> String {
        try Shell.run(["sh", "-c", "exec \"$@\" \(output)", "sh"] + command, expecting: status)
    }

    // Goal: a reload without a certificate ends nothing. Method: SIGHUP, a request, SIGTERM.
    @Test func aReloadWithoutACertificateEndsNothing() async throws {
        let folder = try TemporaryFolder()
        let server = try await RunningServer(data: folder.url.appending(path: "data"))
        server.send(signal: SIGHUP)
        let client = try HTTPClient(address: HTTPAddress(server.address))
        for _ in 0..<3 {
            #expect(try await client.send(HTTPMessage(target: "/healthz")).status == 200)
        }
        #expect(await server.stop() == 0)
    }

    // Goal: what cannot be written is a failure with words, and what was to be shown once and was
    // not is taken back.
    // Method: every kind of output to a full disk and to a closed descriptor.
    @Test(arguments: [">/dev/full", ">&-"])
    func outputThatIsLostIsTold(output: String) throws {
        let folder = try TemporaryFolder()
        let make = try Self.program(folder, ["invite", "create", "--count", "2"])
        let told = try Self.run(make, output: output, expecting: 1)
        #expect(told.contains("Standard output cannot be written"), "\(told)")
        #expect(told.contains("revoked"), "\(told)")
        let list = try Self.program(folder, ["invite", "list", "--json"])
        let invites = try Shell.run(list)
        #expect(invites.ranges(of: "\"revoked\"").count == 2, "\(invites)")
        let token = try Self.program(
            folder, ["moderator", "add", "ann", "--role", "reviewer"])
        #expect(try Self.run(token, output: output, expecting: 1).contains("link was ended"))
        for words in [
            ["invite", "list"], ["moderator", "list"], ["audit", "--verify"], ["doctor"],
            ["accounts", "list", "--json"], ["serve", "--print-config"], ["epoch", "raise"],
        ] {
            let text = try Self.run(
                Self.program(folder, words), output: output, expecting: 1)
            #expect(text.contains("Standard output cannot be written"), "\(words): \(text)")
        }
        let raised = try Self.run(
            Self.program(folder, ["epoch", "raise"]), output: output, expecting: 1)
        #expect(raised.contains("is done all the same"), "\(raised)")
        let document = [try Programs.url(Programs.server).path, "openapi"]
        _ = try Self.run(document, output: output, expecting: 1)
    }

    // Goal: devices are answered although nobody can be told so.
    // Method: a server on a known port whose output is lost; requests until one is answered.
    @Test(arguments: [">/dev/full", ">&-"])
    func aServerNeedsNoOutput(output: String) async throws {
        let folder = try TemporaryFolder()
        let free = try await RunningServer(data: folder.url.appending(path: "free"))
        let port = free.port
        #expect(await free.stop() == 0)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "exec \"$@\" \(output)", "sh"]
            + (try Self.program(folder, ["serve", "--listen", "127.0.0.1:\(port)"]))
        process.standardError = FileHandle.nullDevice
        try process.start()
        let client = try HTTPClient(address: HTTPAddress("http://127.0.0.1:\(port)"))
        var status: Int?
        while status == nil, process.isRunning {
            status = try? await client.send(HTTPMessage(target: "/healthz")).status
        }
        #expect(status == 200)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    // Goal: a second server on a folder, and one on a port that is taken, refuse and say why; plain
    // HTTP for other machines has to be asked for.
    @Test func whatCannotBeServedIsTold() async throws {
        let folder = try TemporaryFolder()
        let server = try await RunningServer(data: folder.url.appending(path: "data"))
        let serve = try Self.program(folder, ["serve", "--listen", "127.0.0.1:0"])
        #expect(try Shell.run(serve, expecting: 73).contains("Another server runs on"))
        let elsewhere = [
            try Programs.url(Programs.server).path, "serve", "--data", folder.path("other"),
            "--listen",
        ]
        let place = "127.0.0.1:\(server.port)"
        let taken = try Shell.run(elsewhere + [place], expecting: 1)
        #expect(taken.contains(place) && taken.contains("another program listens"), "\(taken)")
        let metrics = try Shell.run(
            elsewhere + ["127.0.0.1:0", "--metrics-listen", place], expecting: 1)
        #expect(metrics.contains(place), "\(metrics)")
        let nowhere = try Shell.run(elsewhere + ["192.0.2.1:0"], expecting: 64)
        #expect(nowhere.contains("--allow-plain-http"), "\(nowhere)")
        let gone = try Shell.run(
            elsewhere + ["192.0.2.1:0", "--allow-plain-http"], expecting: 1)
        #expect(gone.contains("WARNING") && gone.contains("no such address"), "\(gone)")
        #expect(await server.stop() == 0)
        let again = try await RunningServer(data: folder.url.appending(path: "data"))
        #expect(await again.stop() == 0)
    }

    // Goal: more silent connections than descriptors do not end the server, or keep others out.
    // Method: a server that may have 128 open gets 400; then somebody asks.
    @Test func connectionsBeyondTheDescriptorsAreBorne() async throws {
        let folder = try TemporaryFolder()
        try Data("[limits]\nstrangers_per_address = 100000\n".utf8)
            .write(to: folder.url.appending(path: "policy.toml"))
        let server = try await RunningServer(
            data: folder.url.appending(path: "data"),
            options: ["--config", folder.path("policy.toml")], descriptors: 128)
        var silent: [RawConnection] = []
        for number in 0..<400 {
            let address = 0x7F00_0002 + UInt32(number % 3)
            silent.append(try #require(RawConnection(port: server.port, from: address)))
        }
        let honest = try #require(RawConnection(port: server.port))
        #expect(honest.write(Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)))
        #expect(honest.read(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
        #expect(await server.stop() == 0)
    }

    // Goal: a day that there is not is refused, and a report has one day.
    @Test func daysThatThereAreNot() throws {
        let folder = try TemporaryFolder()
        _ = try Shell.run(Self.program(folder, ["invite", "create"]))
        for words in [
            ["report", "--from", "2026-02-30"],
            ["service", "pause", "--reason", "r", "--until", "2027-02-30T00:00:00Z"],
            ["accounts", "suspend", "00", "--reason", "r", "--until", "2027-06-31T00:00:00Z"],
            ["credits", "grant", "00", "0", "--reason", "r"],
        ] {
            _ = try Shell.run(Self.program(folder, words), expecting: 64)
        }
        let day = "from 2026-02-28T00:00:00.000Z to 2026-03-01T00:00:00.000Z"
        for end in [[], ["--to", "2026-02-28"], ["--to", "2026-03-01"]] {
            let words = ["report", "--from", "2026-02-28"] + end
            let text = try Shell.run(Self.program(folder, words))
            #expect(text.hasPrefix(day), "\(text)")
        }
    }

    // Goal: nobody can put a link, or look, where a backup is being written.
    // Method: a link at the old name of the draft, and at the backup's own.
    @Test func aBackupFollowsNoLink() throws {
        let folder = try TemporaryFolder()
        _ = try Shell.run(Self.program(folder, ["invite", "create"]))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("b"), withDestinationPath: folder.path("elsewhere"))
        _ = try Shell.run(Self.program(folder, ["backup", folder.path("b")]), expecting: 73)
        #expect(!FileManager.default.fileExists(atPath: folder.path("elsewhere")))
        _ = try Shell.run(
            ["sh", "-c", "umask 0; exec \"$@\"", "sh"]
                + Self.program(folder, ["backup", folder.path("c")]))
        let rights = try FileManager.default.attributesOfItem(atPath: folder.path("c"))
        #expect(rights[.posixPermissions] as? Int == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(names.filter { $0.hasPrefix(".atelier") }.isEmpty, "\(names)")
    }
}
