import Foundation
import TestSupport
import Testing

/// Where the library is, and what stands in its way there.
@Suite struct PlaceTests {
    // Goal: `~` is $HOME and nothing else; without it nothing lands in the current folder.
    // Method: another HOME than the password file's, for --home, the environment and the default.
    @Test func theHomeFolderIsHOME() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        let made = try await Program.shell(
            #"""
            set -e; unset ATELIER_HOME XDG_DATA_HOME; mkdir h; export HOME=h
            "$atelier" init --home '~/artlib' >/dev/null; test -f h/artlib/library.sqlite
            ATELIER_HOME='~/other' "$atelier" init >/dev/null; test -f h/other/library.sqlite
            "$atelier" init >/dev/null; test -f h/.local/share/atelier/library.sqlite
            "$atelier" backup '~/b.tar' >/dev/null 2>&1; test -s h/b.tar
            """#, device)
        #expect(made.status == 0, "\(made)")
        let lost = try await Program.shell(
            #"""
            unset ATELIER_HOME XDG_DATA_HOME HOME; mkdir empty; cd empty
            "$atelier" init; echo $?; "$atelier" works list --home '~/x'; echo $?; ls -A
            """#, device)
        #expect(lost.output == "73\n73\n" && lost.errors.contains("HOME"), "\(lost)")
    }

    // Goal: options stand before or after the command. Method: all places of --home and --json.
    @Test func optionsMayStandFirst() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let home = device.home.path
        for command in [
            ["--home", home, "works", "list", "--json"],
            ["--json", "--home=\(home)", "works", "list"],
            ["works", "--home", home, "--json", "list"],
            ["works", "list", "--json", "--home", home],
            ["--json", "works", "--home", home, "list"],
        ] {
            let done = try await Program.run(
                Programs.client, command, home: sandbox.folder.appending(path: "none"),
                in: sandbox.folder)
            #expect(done.status == 0, "\(done)")
            #expect(try done.objects("works").count == 1, "\(done)")
        }
        let help = try await Program.run(
            Programs.client, ["--home", home, "works", "--help"], in: sandbox.folder)
        #expect(help.status == 0 && help.output.contains("SUBCOMMANDS"), "\(help)")
        let unknown = try await Program.run(
            Programs.client, ["--fly", "works", "list"], in: sandbox.folder)
        #expect(unknown.status == 64, "\(unknown)")
    }

    // Goal: where nothing can be written, everything can be read. Method: a library without any
    // right to write, and one on a disk that takes no byte (a limit on file sizes); each reading
    // command, then a writing one, which says so.
    @Test(arguments: ["read-only", "full"])
    func readingNeedsNoWriting(kind: String) async throws {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(try await device.generate(seed: 1).status == 0)
        try await device.must("sync")
        #expect(await server.stop() == 0)
        let made = try await device.must("generations", "list", "--json").objects("generations")
        let picture = try #require(made.first?["file"] as? String)
        _ = try sandbox.picture(2)
        let commands = [
            "works list", "works show \"$id\"", "models list", "generations list", "credits",
            "status", "verify \"$picture\"", "conflicts list --json",
        ]
        let works = try await device.must("works", "list", "--json").objects("works")
        let id = try #require(works.first?["id"] as? String)
        for command in commands {
            let done = try await locked(kind, command, device, id, picture)
            #expect(done.status == 0 && !done.output.isEmpty, "\(kind) \(done)")
        }
        if kind == "read-only" {
            for command in ["export out/plain", "backup out/copy.tar"] {
                let done = try await locked(kind, command, device, id, picture)
                #expect(done.status == 0, "\(kind) \(done)")
            }
        }
        let writing = try await locked(
            kind, "works add picture-2.png --mine", device, id, picture)
        #expect(writing.status == 73, "\(kind) \(writing)")
        try await device.must("works", "add", "picture-2.png", "--mine")
    }

    /// Runs a command where the library cannot be written: as a user without the right to, or
    /// where no file may grow.
    private func locked(
        _ kind: String, _ command: String, _ device: Device, _ id: String, _ picture: String
    ) async throws -> Outcome {
        let settings = ["id": id, "picture": picture]
        guard kind == "read-only" else {
            return try await Program.shell(
                """
                (trap '' XFSZ; ulimit -f 0; "$atelier" \(command)) | cat; exit ${PIPESTATUS[0]}
                """, device, variables: settings)
        }
        // An administrator may write everywhere, so it becomes nobody.
        return try await Program.shell(
            """
            mkdir -p out; command=()
            if [ "$(id -u)" = 0 ]; then
                chown -R 65534 .; command=(setpriv --reuid 65534 --regid 65534 --clear-groups)
            fi
            chmod -R a-w a; "${command[@]}" "$atelier" \(command); status=$?
            chmod -R u+w a; exit $status
            """, device, variables: settings)
    }

    // Goal: what is no file to read is told at once, in words. Method: a named pipe, which would
    // wait for a writer for ever, a folder and a name that is nobody's, for a bundle and a backup.
    @Test func onlyFilesAreRead() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let done = try await Program.shell(
            #"""
            mkfifo pipe; mkdir folder
            for file in pipe folder nothing; do
                timeout 20 "$atelier" bundle import $file; echo "bundle $?"
                ATELIER_HOME=other timeout 20 "$atelier" restore $file; echo "backup $?"
            done
            """#, device)
        #expect(done.output == String(repeating: "bundle 1\nbackup 1\n", count: 3), "\(done)")
        for (words, times) in [
            ("pipe cannot be read: it is not a file", 2), ("folder cannot be read: it is not", 1),
            // A folder may carry a bundle with its files.
            ("folder/entries.bundle cannot be read: No such file", 1),
            ("nothing cannot be read: No such file", 2),
        ] {
            #expect(
                done.errors.components(separatedBy: words).count == times + 1, "\(words) \(done)")
        }
    }

    // Goal: an empty list says why it is empty.
    @Test func anUnknownTagIsNamed() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let done = try await device.must("works", "list", "--tag", "nonesuch")
        #expect(
            done.errors.contains("nonesuch") && !done.errors.contains("No works yet"), "\(done)")
    }
}
