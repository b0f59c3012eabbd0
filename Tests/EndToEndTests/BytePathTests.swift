import Foundation
import TestSupport
import Testing

/// Names of files are bytes: an old disk, a download or another system's archive brings some that
/// are no UTF-8. Bash names them; Swift's strings cannot.
@Suite struct BytePathTests {
    // Goal: a picture whose name is no UTF-8 is added, and the name that --out says is written.
    // Method: Latin-1 names as work, as folder of a work, and for a chart, a backup, a bundle and
    // an export; each is then there under exactly those bytes.
    @Test func filesAreNamedByBytes() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        _ = try sandbox.picture(2)
        let done = try await Program.shell(
            #"""
            set -e; mkdir $'Mu\xf1oz'; cp picture-2.png $'Mu\xf1oz/Mu\xf1oz.png'
            "$atelier" works add $'Mu\xf1oz/Mu\xf1oz.png' --mine
            "$atelier" models show m --chart $'chart\xf1.png' >/dev/null
            "$atelier" models compare m $'Mu\xf1oz/Mu\xf1oz.png' >/dev/null
            "$atelier" backup $'backup\xf1.tar'
            "$atelier" bundle export $'bundle\xf1'
            "$atelier" bundle import $'bundle\xf1'
            "$atelier" export $'plain\xf1'
            for file in $'chart\xf1.png' $'backup\xf1.tar' $'bundle\xf1' $'plain\xf1/works.csv'; do
                test -s "$file"
            done
            test -z "$(ls | grep -v -a 'xf1' | grep $'\xef\xbf\xbd')"
            """#, device)
        #expect(done.status == 0, "\(done)")
        let works = try await device.must("works", "list", "--json").objects("works")
        #expect(works.map { $0["title"] as? String } == ["first", "Mu\u{FFFD}oz"])
    }

    // Goal: two libraries whose folders differ in a byte are two. Method: the environment and
    // --home name them; everything that reads and writes runs in one of them.
    @Test func twoFoldersAreTwoLibraries() async throws {
        let sandbox = try Sandbox()
        _ = try sandbox.picture(2)
        let done = try await Program.shell(
            #"""
            set -e
            for home in $'h\xf1' $'h\xf2'; do ATELIER_HOME=$home "$atelier" init >/dev/null; done
            test -f $'h\xf1/library.sqlite' -a -f $'h\xf2/keys/device.key'
            "$atelier" --home $'h\xf1' works add picture-2.png --mine >/dev/null
            "$atelier" --home $'h\xf1' models train m --all >/dev/null
            "$atelier" --home=$'h\xf1' models list
            "$atelier" --home $'h\xf1' doctor
            "$atelier" --home $'h\xf1' status >/dev/null
            "$atelier" --home $'h\xf1' backup copy.tar >/dev/null
            "$atelier" --home $'h\xf3' restore copy.tar >/dev/null 2>&1
            "$atelier" --home $'h\xf3' works list
            "$atelier" --home $'h\xf2' works list
            ls -1 | grep -a -c '^h'
            """#, sandbox.device("a"))
        #expect(done.status == 0, "\(done)")
        let lines = done.output.split(separator: "\n")
        #expect(lines.count == 4 && lines.last == "3", "\(done)")
        #expect(lines.dropFirst().first?.hasPrefix("well") == true, "\(done)")
        #expect(done.errors.contains("No works yet"), "\(done)")
    }

    // Goal: what is no text is refused where text is meant, and told in words.
    @Test func aTitleThatIsNoTextIsRefused() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        _ = try sandbox.picture(1)
        let done = try await Program.shell(
            #"""
            "$atelier" works add picture-1.png --mine --title $'Mu\xf1oz'
            """#, device)
        #expect(done.status == 64 && done.errors.contains("not UTF-8"), "\(done)")
    }
}
