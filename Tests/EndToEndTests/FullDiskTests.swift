import Foundation
import TestSupport
import Testing

/// A library on a disk of its own that is full: a file system in memory, in a name space of the
/// test's own.
@Suite(.enabled(if: MountSpace.isThere, "no file system can be mounted here"))
struct FullDiskTests {
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
