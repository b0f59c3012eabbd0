import Foundation
import TestSupport
import Testing

/// A server whose certificate is by an authority of its community's own, which `ATELIER_CA_FILE`
/// names.
@Suite struct AuthorityTests {
    // Goal: the file's authorities are believed, and no others: not the system's, whose folder
    // libcurl would look through as well. Method: a name space in which the system believes the
    // server's authority; a file with that one, and one with another.
    @Test(.enabled(if: MountSpace.isThere, "no folder can be mounted here"))
    func nobodyElseIsBelieved() async throws {
        let (_, _, done) = try await join(
            #"""
            mkdir system; cp ca.pem "system/$(openssl x509 -hash -noout -in ca.pem).0"
            cp ca.pem system/ca-certificates.crt; mount --bind system /etc/ssl/certs || exit 99
            "$atelier" join "$server" --invite "$invite"; echo "system $?"
            ATELIER_CA_FILE=other.pem "$atelier" join "$server" --invite "$invite"; echo "other $?"
            ATELIER_CA_FILE=ca.pem "$atelier" join "$server" --invite "$invite"; echo "own $?"
            """#, in: MountSpace.command)
        // The invite is none that was made: who believes the server is refused by it.
        #expect(statuses(done) == ["system 77", "other 77", "own 77"], "\(done)")
        let reasons = done.errors.split(separator: "\n")
        #expect(reasons.map { $0.contains("other.pem") } == [false, true, false])
        #expect(reasons.map { $0.contains("invite") } == [true, false, true], "\(done)")
    }

    // Goal: the file's name is bytes, as any other's. Method: one in Latin-1.
    @Test func theFilesNameIsBytes() async throws {
        let (_, _, done) = try await join(
            #"""
            cp ca.pem $'m\xfcnchen.pem'; export ATELIER_CA_FILE=$'m\xfcnchen.pem'
            "$atelier" join "$server" --invite "$invite"; echo "bytes $?"
            """#)
        #expect(statuses(done) == ["bytes 77"] && done.errors.contains("invite"), "\(done)")
    }

    private func statuses(_ done: Outcome) -> [Substring] {
        done.output.split(separator: "\n").filter { $0.hasSuffix(" 77") || $0.hasSuffix(" 0") }
    }

    /// Runs a script beside a server with a certificate by `ca.pem`; the server has no such invite
    /// as it is shown.
    private func join(
        _ script: String, in space: [String] = []
    ) async throws -> (Sandbox, Device, Outcome) {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        try Shell.run(["sh", "-c", "cd '\(sandbox.folder.path)'" + Self.certificates])
        let server = try await RunningServer(
            data: sandbox.data, host: "localhost",
            options: [
                "--tls-cert", sandbox.folder.appending(path: "cert.pem").path,
                "--tls-key", sandbox.folder.appending(path: "key.pem").path,
            ])
        // A real one that was used up, so that it names the server's key.
        let invite = try await sandbox.invite()
        _ = try await sandbox.operate("invite", "revoke", try await id(ofOnlyInviteIn: sandbox))
        let settings = [
            "server": server.address, "invite": invite, "script": script,
            "space": space.joined(separator: " "),
        ]
        let done = try await Program.shell(
            #"$space bash -c "$script""#, device, variables: settings)
        #expect(await server.stop() == 0)
        return (sandbox, device, done)
    }

    private func id(ofOnlyInviteIn sandbox: Sandbox) async throws -> String {
        let list = try await sandbox.operate("invite", "list", "--json").objects("invites")
        return try #require(list.first?["id"] as? String, "\(list)")
    }

    /// Two authorities, and a key and a certificate for `localhost` by the first.
    private static let certificates = """
         && exec 2>/dev/null
        new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
        for name in ca other; do
            new -x509 -days 2 -subj /CN=$name -keyout $name.key -out $name.pem
        done
        new -keyout key.pem -out csr.pem -subj /CN=localhost
        printf 'subjectAltName=DNS:localhost\n' >names
        openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 \
            -extfile names -out cert.pem
        """
}
