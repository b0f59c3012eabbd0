import AtelierLibrary
import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

struct BackupTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: a backup brings all back, and no credit that was spent after it.
    // Method: back up between two generations; restore elsewhere; look, draw again, sync.
    @Test func aBackupBringsAllBackButSpentCredits() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        let file = world.folder.url.appending(path: "library.tar")
        let report = try library.backup.write(to: file)
        // A database, four keys, a journal, two works, a model and a picture at least.
        #expect(report.files >= 10 && report.bytes > 0)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let listing = try Shell.run(["tar", "tf", file.path])
        #expect(listing.contains("library.sqlite") && listing.contains("keys/device.key"))
        #expect(throws: LibraryError.self) { try library.backup.write(to: file) }
        var second = Self.order
        second.seed = 2
        _ = try library.generate(second)
        _ = try await library.sync.run()
        #expect(server.spent == 2)

        let environment = world.environment(server: server)
        let home = world.home("new")
        _ = try BackupService.restore(from: file, to: home, environment: environment)
        let restored = try Library(opening: home, environment: environment)
        #expect(try restored.works.all().allSatisfy(\.isHere))
        #expect(try restored.generations.generation(made.id).file != nil)
        #expect(try restored.doctor.examine().isWell)
        #expect(try restored.wallet.credits().usable == 0)
        var third = Self.order
        third.seed = 3
        #expect(throws: GenerationError.self) { try restored.generate(third) }
        _ = try await restored.sync.run()
        #expect(try restored.wallet.credits().usable == 0 && server.spent == 2)
        #expect(throws: GenerationError.self) { try restored.generate(third) }
        #expect(try restored.generate(Self.order).isRepeat)
        #expect(throws: LibraryError.alreadyALibrary(folder: home.root.path)) {
            try BackupService.restore(from: file, to: home, environment: environment)
        }
    }

    // Goal: sketches are in a backup, come back, and the doctor looks at them. Method: a sketch of
    // two files and one that is none; a damaged layer; a name in an archive that leads out.
    @Test func sketchesAreKeptToo() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let pad = library.folder.root.appending(path: "sketches/harbour-1")
        try FileManager.default.createDirectory(at: pad, withIntermediateDirectories: true)
        let layer = try Data(contentsOf: try world.picture(3))
        try Data(#"{"layers":["a"]}"#.utf8).write(to: pad.appending(path: "sketch.json"))
        try layer.write(to: pad.appending(path: "layer-a.png"))
        try Data("x".utf8).write(to: pad.appending(path: "Notes.txt"))
        #expect(try library.doctor.examine().isWell)
        let file = world.folder.url.appending(path: "library.tar")
        _ = try library.backup.write(to: file)
        let home = world.home("new")
        let environment = world.environment(server: server)
        _ = try BackupService.restore(from: file, to: home, environment: environment)
        let restored = home.root.appending(path: "sketches/harbour-1")
        #expect(try Data(contentsOf: restored.appending(path: "layer-a.png")) == layer)
        let names = try FileManager.default.contentsOfDirectory(atPath: restored.path)
        #expect(names.sorted() == ["layer-a.png", "sketch.json"])
        try layer.prefix(layer.count / 2).write(to: pad.appending(path: "layer-a.png"))
        let findings = try library.doctor.examine(repairs: true).findings
        #expect(findings.map(\.code) == [.damagedFile] && findings.allSatisfy(\.isRepaired))
        #expect(try library.doctor.examine().isWell)
        for name in ["sketches/../a.png", "sketches/a/..", "sketches/A/b.png", "sketches/a/b.exe"] {
            let outside = world.folder.url.appending(path: "outside.tar")
            try Self.archive(named: name).write(to: outside)
            #expect(throws: LibraryError.self, "\(name)") {
                try BackupService.restore(
                    from: outside, to: world.home("none"), environment: environment)
            }
        }
    }

    // Goal: a file that is no whole backup leaves nothing behind, and writes nowhere else.
    // Method: cut short, a byte changed in a picture, a name that leads out, a text.
    @Test func aDamagedBackupLeavesNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let file = world.folder.url.appending(path: "library.tar")
        _ = try library.backup.write(to: file)
        let whole = try Data(contentsOf: file)
        let picture = try #require(library.works.all().first?.file.map { URL(filePath: $0) })
        let bytes = try Data(contentsOf: picture)
        let place = try #require(whole.range(of: bytes)).lowerBound + bytes.count / 2
        var changed = whole
        changed[place] ^= 1
        var keyless = whole
        keyless[try #require(whole.range(of: Data(#"{"account_key""#.utf8))).lowerBound] ^= 1
        let outside = Self.archive(named: "works/../../evil")
        for (name, data) in [
            ("cut", whole.prefix(whole.count / 2)), ("changed", changed), ("outside", outside),
            ("keyless", keyless),
            ("text", Data("hello".utf8)), ("empty", Data()),
        ] {
            let damaged = world.folder.url.appending(path: "\(name).tar")
            try data.write(to: damaged)
            let home = world.home("home-\(name)")
            #expect(throws: (any Error).self, "\(name)") {
                try BackupService.restore(
                    from: damaged, to: home, environment: world.environment(server: server))
            }
            #expect(!FileManager.default.fileExists(atPath: home.root.path), "\(name)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: world.folder.url.path)
        #expect(!left.contains { $0 == "evil" || $0.hasPrefix(".home") }, "\(left)")
    }

    /// A tar of one small file of that name.
    private static func archive(named name: String) -> Data {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("00000000003", at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        return Data(header + Array("abc".utf8) + [UInt8](repeating: 0, count: 509 + 1024))
    }

    // Goal: a sealed file carries one device's lists to another with no server.
    // Method: the second device learns of a work by a bundle, twice; a stranger's is refused.
    @Test func aBundleCarriesTheLists() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        _ = try first.works.add(try world.picture(5), title: "Heron")
        server.setDown(true)
        let file = world.folder.url.appending(path: "bundle")
        #expect(try first.sync.exportBundle(to: file) > 0)
        #expect(try second.sync.importBundle(from: file) > 0)
        #expect(try second.works.all().contains { $0.title == "Heron" })
        #expect(try second.sync.importBundle(from: file) == 0)
        let stranger = try Library.make(
            in: world.home("other"), deviceName: "other", environment: world.environment()
        ).library
        #expect(throws: (any Error).self) { try stranger.sync.importBundle(from: file) }
    }

    // Goal: a folder carries the files too, so that the other device trains and draws without a
    // server; it can be repeated and interrupted, and tells nothing. Method: an export that is
    // stopped, one that goes on, a damaged file, a stranger.
    @Test func aFolderCarriesTheFiles() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        server.setDown(true)
        let folder = world.folder.url.appending(path: "stick")
        let stopped = try first.sync.exportFolder(
            to: folder, CarryingWatch(isCancelled: { true }))
        #expect(!stopped.isComplete && stopped.files == 0)
        let written = try first.sync.exportFolder(to: folder)
        let works = try first.works.all()
        #expect(written.isComplete && written.files == works.count + 1 && written.problems == [])
        let again = try first.sync.exportFolder(to: folder)
        #expect(again.files == 0 && again.alreadyThere == written.files)
        let listing = try Shell.run(["find", folder.path, "-type", "f"])
        for work in works {
            #expect(!listing.contains(work.sha256.prefix(12)))
        }
        #expect(try Shell.run(["grep", "-rlF", "IHDR", folder.path], expecting: 1) == "")
        let sealed = listing.split(separator: "\n").map(String.init)
            .filter { $0.contains("/files/") }.sorted()
        let damaged = URL(fileURLWithPath: try #require(sealed.first))
        let whole = try Data(contentsOf: damaged)
        try whole.dropLast().write(to: damaged)

        let partly = try second.sync.importFolder(from: folder)
        #expect(partly.files == written.files - 1 && partly.problems.count == 1)
        try whole.write(to: damaged)
        let rest = try second.sync.importFolder(from: folder)
        #expect(rest.files == 1 && rest.problems == [] && rest.alreadyThere == partly.files)
        #expect(try second.works.all().allSatisfy(\.isHere))
        #expect(try second.styles.all().allSatisfy(\.isHere))
        #expect(try second.doctor.examine().findings.isEmpty)

        let stranger = try Library.make(
            in: world.home("other"), deviceName: "other", environment: world.environment()
        ).library
        #expect(throws: (any Error).self) { try stranger.sync.importFolder(from: folder) }
    }

    // Goal: with chosen works only their files go; others are told as being elsewhere.
    @Test func aFolderCarriesChosenWorks() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        let chosen = try #require(first.works.all().first)
        let folder = world.folder.url.appending(path: "stick")
        #expect(try first.sync.exportFolder(to: folder, works: [chosen.id]).files == 1)
        let taken = try second.sync.importFolder(from: folder)
        #expect(taken.files == 1 && taken.elsewhere > 0)
        #expect(try second.works.all().filter(\.isHere).map(\.id) == [chosen.id])
    }

    // Goal: works in every form that the library takes are in its backups, are looked at by the
    // doctor, and go to the trash and out of it. Method: a TIFF file, where this build reads them.
    @Test func worksOfEveryFormAreKept() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let tiff = world.folder.url.appending(path: "scan.tiff")
        try Shell.run([
            "/usr/bin/python3", "-c",
            "from PIL import Image; import sys; "
                + "Image.effect_noise((90, 80), 70).convert('RGB').save(sys.argv[1])", tiff.path,
        ])
        let added: AddedWork
        do {
            added = try library.works.add(tiff)
        } catch let error as LibraryError where "\(error)".contains("libtiff") {
            return
        }
        let file = library.folder.works.appending(path: "\(added.work.sha256).tiff")
        #expect(FileManager.default.fileExists(atPath: file.path))
        let backup = world.folder.url.appending(path: "b.tar")
        _ = try library.backup.write(to: backup)
        let restored = world.home("restored")
        _ = try BackupService.restore(
            from: backup, to: restored, environment: world.environment())
        #expect(
            try Data(contentsOf: file)
                == Data(
                    contentsOf: restored.root.appending(
                        path: "works/\(file.lastPathComponent)")))
        _ = try library.withdrawals.remove(added.work.id)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        _ = try library.trash.restore(RowID(added.work.id))
        #expect(FileManager.default.fileExists(atPath: file.path))
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: Data([0]))
        try handle.close()
        #expect(try library.doctor.examine().findings.contains { $0.code == .damagedFile })
    }

    // Goal: everything comes out in plain forms, with any title.
    // Method: a title with a comma, a quote and a slash; read the lists back.
    @Test func everythingComesOutPlain() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        _ = try library.works.add(try world.picture(7), title: "Sea, \"late\" / grey")
        _ = try library.generate(Self.order)
        let folder = world.folder.url.appending(path: "plain")
        let report = try library.backup.exportAll(to: folder)
        #expect(report.pictures == 4 && report.elsewhere == 0)
        let works = try String(
            contentsOf: folder.appending(path: "works.csv"), encoding: .utf8)
        #expect(works.contains("\"Sea, \"\"late\"\" / grey\""))
        let pictures = try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "works").path)
        #expect(pictures.count == 3 && pictures.contains { $0.hasPrefix("sea-late-grey-") })
        let json = try Data(contentsOf: folder.appending(path: "library.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(Set(object.keys) == ["works", "models", "generations"])
        #expect(throws: LibraryError.self) { try library.backup.exportAll(to: folder) }
    }
}
