import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit
import SystemSupport
import Testing
import TestSupport

/// Names of files are bytes.
@Suite struct FileNameTests {
    // Goal: every name comes back as it was, and names another file than every other.
    // Method: all single bytes that a name may hold, and pairs that decode alike as text.
    @Test func everyNameComesBack() {
        let start = Array("/tmp/x".utf8)
        var names = (1...255).filter { $0 != 0x2F }.map { start + [UInt8($0)] }
        names += [start + Array("%41".utf8), start + [0xC3, 0xA9], start + [0x65, 0xCC, 0x81]]
        var urls: Set<URL> = []
        for name in names {
            let url = URL(fileBytes: name)
            #expect(url.fileBytes == name)
            #expect(url.withFileName { strlen($0) } == name.count)
            #expect(url.appending(path: "works").fileBytes == name + Array("/works".utf8))
            #expect(url.deletingLastPathComponent().fileBytes == Array("/tmp".utf8))
            #expect(url.lastBytes == Array(name.dropFirst(5)))
            urls.insert(url)
        }
        #expect(urls.count == names.count)
        #expect(URL(fileBytes: Array("/tmp/a//".utf8)).fileBytes == Array("/tmp/a".utf8))
        #expect(URL(fileBytes: Array("/".utf8)).fileBytes == Array("/".utf8))
        #expect(URL(fileBytes: Array("a b".utf8)).lastBytes == Array("a b".utf8))
        #expect(URL(filePath: "/tmp/é %x").fileBytes == Array("/tmp/é %x".utf8))
        #expect(URL(fileBytes: [0x2F, 0xF1]).shownPath == "/\u{FFFD}")
        #expect(URL(fileBytes: Array("/a/b.c.png".utf8)).numbered(2).shownName == "b.c-2.png")
        #expect(URL(fileBytes: Array("/a/b".utf8)).numbered(2).shownName == "b-2")
    }

    // Goal: a tilde stands for HOME at the start of a name alone.
    @Test func theTildeIsHome() throws {
        let home = { (name: String) -> [UInt8]? in name == "HOME" ? Array("/h/ä".utf8) : nil }
        for (name, file) in [
            ("~", "/h/ä"), ("~/x", "/h/ä/x"), ("/~/x", "/~/x"), ("/a~", "/a~"),
        ] {
            #expect(try HomeFolder.file(Array(name.utf8), home).fileBytes == Array(file.utf8))
        }
        #expect(try HomeFolder.file(Array("~x/y".utf8), home).shownPath.hasSuffix("/~x/y"))
        #expect(throws: LibraryError.noHome) {
            try HomeFolder.file(Array("~/x".utf8)) { _ in nil }
        }
        #expect(throws: LibraryError.noHome) { try LibraryFolder { _ in nil } }
        let folder = try LibraryFolder { $0 == "XDG_DATA_HOME" ? Array("/d".utf8) : nil }
        #expect(folder.shown == "/d/atelier")
    }

    // Goal: nothing that a library does needs its folder's name to be text.
    // Method: a joined library in a folder of Latin-1, through a spend, a sync, a removal, the
    // doctor, a backup and a restore.
    @Test func aLibraryLivesInAnyFolder() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let folder = LibraryFolder(
            root: world.folder.url.appending(fileBytes: Array("h".utf8) + [0xF1]))
        let environment = world.environment(server: server)
        let library = try Library.make(
            in: folder, deviceName: "a", environment: environment
        ).library
        let work = try library.works.add(try world.picture(1)).work
        _ = try library.styles.train("m", from: .all)
        _ = try await library.account.join("http://127.0.0.1:1/under/a/path", invite: server.invite)
        let made = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        ).generation
        #expect(try await library.sync.run().settled == 1)
        #expect(
            try library.generations.verify(folder.generations.appending(path: "\(made.sha256).png"))
                .verdict
                == .countersigned)
        #expect(try library.doctor.examine().isWell)
        let backup = world.folder.url.appending(fileBytes: [0xF1, 0x2E, 0x74])
        #expect(try library.backup.write(to: backup).files > 6)
        let second = LibraryFolder(root: world.folder.url.appending(fileBytes: [0xF2]))
        _ = try BackupService.restore(from: backup, to: second, environment: environment)
        let restored = try Library(opening: second, environment: environment)
        #expect(try restored.works.all().map(\.id) == [work.id])
        #expect(try restored.works.all().allSatisfy(\.isHere))
        _ = try Library(opening: folder, environment: environment).withdrawals.remove(work.id)
    }
}
