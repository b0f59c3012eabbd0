import Foundation
import TestSupport
import Testing

/// A library on a disk of its own that is full: a file system in memory, in a name space of the
/// test's own.
@Suite(.enabled(if: MountSpace.isThere, "no file system can be mounted here"))
struct FullDiskTests {
    // Goal: on a full disk what is there can be removed, and makes room. Method: a disk filled to
    // the last byte; each kind of removal; then a work is added in the room that they made.
    @Test func removingMakesRoom() async throws {
        let done = try await onAFullDisk(
            """
            "$atelier" works edit "$id" --title other; echo "edit $?"
            "$atelier" generations remove "$made" --now --yes >/dev/null; echo "generation $?"
            "$atelier" works remove "$id" --now --yes; echo "work $?"
            "$atelier" works list; "$atelier" works add picture-2.png --mine; echo "add $?"
            "$atelier" doctor; echo "doctor $?"
            """)
        let statuses = done.output.split(separator: "\n").filter { line in
            ["edit", "generation", "work", "add", "doctor"].contains { line.hasPrefix($0 + " ") }
        }
        #expect(
            statuses == ["edit 73", "generation 0", "work 0", "add 0", "doctor 0"], "\(done)")
    }

    // Goal: a copy that cannot be written is not told as a picture that was not made. Method: a
    // folder without room for it; then the picture is in the list.
    @Test func aPictureWithoutACopyIsInTheLibrary() async throws {
        let done = try await onAFullDisk(
            """
            rm disk/fill; mkdir small; mount -t tmpfs -o size=4k tmpfs small; echo >small/taken
            "$atelier" generate --model m --size 96x96 --seed 2 --out small/p.png; echo "full $?"
            "$atelier" generations list | grep -c "seed 2"; ls small
            """)
        #expect(done.output.contains("full 73\n"), "\(done)")
        #expect(done.errors.contains("The picture is in the library"), "\(done)")
        #expect(done.errors.contains("generations export"), "\(done)")
        #expect(done.output.hasSuffix("\n1\ntaken\n"), "\(done)")
    }

    // Goal: what is sealed into a file says in words why it is not written.
    @Test func aBundleSaysThatTheDiskIsFull() async throws {
        let done = try await onAFullDisk(
            #""$atelier" bundle export disk/b.bundle; echo "bundle $?"; ls disk"#)
        #expect(done.output.hasPrefix("bundle 73\n"), "\(done)")
        #expect(!done.output.contains("b.bundle"), "\(done)")
        #expect(done.errors.contains("No space left"), "\(done)")
    }

    // Goal: a picture that was paid for and cannot be written is not told as "nothing was
    // changed". Method: generate on a full disk; make room; go on.
    @Test func aPaidPictureIsSaidToBePaid() async throws {
        let done = try await onAFullDisk(
            """
            "$atelier" generate --model m --size 96x96 --seed 2; echo "full $?"
            rm disk/fill
            "$atelier" generate --resume >/dev/null; echo "resumed $?"
            """)
        #expect(done.output == "full 73\nresumed 0\n", "\(done)")
        #expect(done.errors.contains("generate --resume"), "\(done)")
        #expect(!done.errors.contains("Nothing was changed"), "\(done)")
    }

    // Goal: a server without room for what devices send says so to who asks whether it is ready.
    // Method: its data on a disk that is filled, and emptied again.
    @Test func aServerWithoutRoomIsNotReady() async throws {
        let sandbox = try Sandbox()
        let script = """
            mkdir disk; mount -t tmpfs -o size=32m tmpfs disk || exit 99
            "$server" serve --listen 127.0.0.1:0 --data disk/data >listening 2>/dev/null &
            until grep -q http listening; do kill -0 $! || exit 98; done
            port=$(sed -n 's/.*listening on .*127.0.0.1://p' listening)
            ask() {
                exec 3<>"/dev/tcp/127.0.0.1/$port"
                printf 'GET %s HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n' "$1" >&3
                head -1 <&3 | cut -d' ' -f2; exec 3>&-
            }
            ask /readyz; cat /dev/zero >disk/fill 2>/dev/null; ask /readyz; ask /healthz
            rm disk/fill; ask /readyz; kill $!; wait $!
            """
        let done = try await Program.shell(
            #"unshare --map-root-user --mount bash -c "$script""#, sandbox.device("a"),
            variables: [
                "script": script, "server": try Programs.url(Programs.server).path,
            ])
        #expect(done.output == "200\n503\n200\n200\n", "\(done)")
    }

    /// Runs a script where the library lies on a full disk; `$id` is a work, `$made` a generation.
    private func onAFullDisk(_ script: String) async throws -> Outcome {
        let sandbox = try Sandbox()
        let server = try await RunningServer(data: sandbox.data)
        let device = try await sandbox.joinedDevice("a", at: server)
        #expect(try await device.generate(seed: 1).status == 0)
        _ = try sandbox.picture(2)
        let works = try await device.must("works", "list", "--json").objects("works")
        let made = try await device.must("generations", "list", "--json").objects("generations")
        let settings = [
            "id": try #require(works.first?["id"] as? String),
            "made": try #require(made.first?["id"] as? String),
            "script": Self.disk + script,
        ]
        let done = try await Program.shell(
            #"unshare --map-root-user --mount bash -c "$script""#, device, variables: settings)
        #expect(await server.stop() == 0)
        return done
    }

    private static let disk = """
        mkdir disk; mount -t tmpfs -o size=16m tmpfs disk || exit 99
        cp -a a disk/a; export ATELIER_HOME=disk/a
        fill() { cat /dev/zero >disk/fill 2>/dev/null; true; }
        "$atelier" status >/dev/null; fill

        """
}
