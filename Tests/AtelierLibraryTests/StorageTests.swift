import AtelierLibrary
import AtelierProtocol
import Foundation
import GRDB
import SignedObjects
import SyncKit
import TestSupport
import Testing

@Suite("Files and rows")
struct StorageTests {
    // Goal: no folder, no library. Method: a home below a file, a home that is none, init twice.
    @Test func aFolderThatCannotBeWrittenIsTold() throws {
        let world = try World()
        let file = world.folder.url.appending(path: "file")
        try Data([1]).write(to: file)
        let below = LibraryFolder(root: file.appending(path: "home"))
        let error = #expect(throws: LibraryError.self) {
            try Library.make(in: below, deviceName: "a", environment: world.environment())
        }
        #expect(error.map { Failure($0).kind } == .storage)
        #expect(throws: LibraryError.self) {
            try Library(opening: world.home("none"), environment: world.environment())
        }
        _ = try library(world)
        #expect(throws: LibraryError.self) { try library(world) }
    }

    // Goal: secrets are for the owner alone. Method: the modes of the keys' folder and files.
    @Test func keysAreClosed() throws {
        let world = try World()
        let library = try library(world)
        let manager = FileManager.default
        let modes = try ["", "device.key", "account.key", "library.keys"].map { name in
            let path = library.folder.keys.appending(path: name).path
            return try #require(
                try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(modes == [0o700, 0o600, 0o600, 0o600])
    }

    // Goal: the database is its owner's alone, also in a folder that was there before. Method: the
    // modes of its files, in an open folder, and of one that was opened to others since.
    @Test func theDatabaseIsClosed() throws {
        let world = try World()
        let home = world.home("a")
        try FileManager.default.createDirectory(
            at: home.root, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        let files = { (library: Library) throws -> [Int] in
            let path = library.folder.database.path
            return try [path, path + "-wal", path + "-shm"].compactMap {
                try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
            }
        }
        let made = try library(world)
        #expect(try files(made) == [0o600, 0o600, 0o600])
        chmod(made.folder.database.path, 0o644)
        #expect(try made.doctor.examine().findings.map(\.code) == [.openKeys])
        let again = try Library(opening: home, environment: world.environment())
        #expect(try files(again).first == 0o600)
    }

    // Goal: damaged files are told, never crashed on. Method: every prefix of the small key files,
    // a flipped byte of a work, of a model and of a generation.
    @Test func damagedFilesAreTold() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        for name in ["device.key", "membership.json"] {
            let file = library.folder.keys.appending(path: name)
            let whole = try Data(contentsOf: file)
            for length in 0..<(whole.count - 1) {
                try whole.prefix(length).write(to: file)
                #expect(throws: LibraryError.self, "\(name) \(length)") {
                    try Library(opening: library.folder, environment: world.environment())
                }
            }
            try whole.write(to: file)
        }
        let made = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64)
        ).generation
        try flip(made.file)
        let out = world.folder.url.appending(path: "out.png")
        #expect(throws: LibraryError.self) { try library.generations.export(made.id, to: out) }
        let again = try library.generate(
            NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        #expect(again.isRepeat && again.generation == made)
        _ = try library.generations.export(made.id, to: out)
        try flip(try library.works.all().first?.file)
        // While a model knows the work it is not read.
        _ = try library.styles.remove(library.model(named: "m").id)
        #expect(throws: LibraryError.self) { try library.styles.train("n", from: .all) }
    }

    // Goal: rows that another tool wrote stop nothing. Method: wrong types in every column, and
    // texts that would lead out of the library's folder.
    @Test func strangeRowsStopNothing() throws {
        let world = try World()
        let library = try library(world)
        _ = try library.works.add(try world.picture(1))
        try Shell.sqlite(
            library.folder.database.path,
            """
            INSERT INTO works(title, sha256, width, created_at, format)
            VALUES(x'ff', '../../keys/device', 'wide', 'yesterday', 'key');
            INSERT INTO work_tags(work_id, tag) VALUES('text', 7);
            INSERT INTO models(name, digest, analysis, bytes) VALUES('x', '../a', '{]', 'many');
            INSERT INTO generations(seed, sources, model_id, created_at)
            VALUES('seven', '[1', 'none', 9e99);
            """)
        #expect(try library.works.all().count == 2)
        #expect(try library.works.all().count(where: \.isHere) == 1)
        #expect(try library.styles.all().first?.summary.isEmpty == true)
        #expect(try library.generations.all().first?.seed == 0)
        let id = try #require(try library.generations.all().first).id
        #expect(throws: LibraryError.self) {
            try library.generations.export(id, to: world.folder.url.appending(path: "x.png"))
        }
        _ = try library.styles.remove(library.model(named: "x").id)
        _ = try library.status()
        #expect(FileManager.default.fileExists(atPath: library.folder.keys.path))
    }

    // Goal: only files are read and replaced. Method: a named pipe, a folder and a device as the
    // file to read and to write; a leftover of a crash goes at the next sync.
    @Test func onlyFilesAreReadAndReplaced() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let pipe = world.folder.url.appending(path: "pipe.png")
        #expect(mkfifo(pipe.path, 0o600) == 0)
        let places = [pipe, world.folder.url, URL(filePath: "/dev/null")]
        for place in places {
            #expect(throws: LibraryError.self) { try library.works.add(place) }
            #expect(throws: LibraryError.self) { try LibraryFile.checkWritable(place) }
            #expect(throws: LibraryError.self) { try LibraryFile.write([1], to: place) }
        }
        let missing = world.folder.url.appending(path: "none/x.png")
        #expect(throws: LibraryError.self) { try LibraryFile.checkWritable(missing) }
        let leftover = library.folder.generations.appending(path: ".x.png.7.atelier-part")
        try Data([1]).write(to: leftover)
        _ = try await library.sync.run()
        #expect(!FileManager.default.fileExists(atPath: leftover.path))
    }

    // Goal: no row and no server writes to the terminal's own language. Method: an escape sequence
    // in a title that the sqlite3 shell wrote.
    @Test func noTextCommandsTheTerminal() throws {
        let world = try World()
        let library = try library(world)
        try Shell.sqlite(
            library.folder.database.path,
            "INSERT INTO works(title) VALUES('a' || char(27) || '[2J' || char(10) || 'b')")
        #expect(try library.works.all().first?.title == "a\u{FFFD}[2J\nb")
    }

    // Goal: texts have limits. Method: each at and one past its limit; control characters.
    @Test func textsHaveLimits() throws {
        let world = try World()
        let library = try library(world)
        let id = try library.works.add(try world.picture(1)).work.id
        let title = String(repeating: "t", count: Limits.titleBytes)
        #expect(try library.works.edit(id, title: title).title == title)
        let tag = String(repeating: "t", count: Limits.tagBytes)
        #expect(try library.works.edit(id, adding: [tag]).tags == [tag])
        let note = String(repeating: "n", count: Limits.noteBytes)
        #expect(try library.works.edit(id, note: note).note == note)
        #expect(throws: LibraryError.self) { try library.works.edit(id, title: title + "t") }
        #expect(throws: LibraryError.self) { try library.works.edit(id, note: note + "n") }
        #expect(throws: LibraryError.self) { try library.works.edit(id, adding: [tag + "t"]) }
        for bad in ["", "  ", "a\nb", "a\u{1B}[2J"] {
            #expect(throws: LibraryError.self) { try library.works.edit(id, title: bad) }
        }
        let tags = (1..<Limits.tagsPerWork).map { "tag \($0)" }
        #expect(try library.works.edit(id, adding: tags).tags.count == Limits.tagsPerWork)
        #expect(throws: LibraryError.self) { try library.works.edit(id, adding: ["one more"]) }
    }

    // Goal: the rights statement is the device's word about these bytes. Method: verify it, and
    // with another key.
    @Test func aWorkCarriesASignedStatement() throws {
        let world = try World()
        let library = try library(world)
        let file = try world.picture(1)
        let work = try library.works.add(file, rights: .licensed("CC0 1.0")).work
        let statement = try JWS<RightsStatement>.unverifiedPayload(of: work.statement)
        let verified = try JWS<RightsStatement>(
            verifying: work.statement, with: statement.deviceKey)
        #expect(verified.payload.work == Digest(of: Array(try Data(contentsOf: file))))
        #expect(verified.payload.basis == .licensed && verified.payload.licence == "CC0 1.0")
        #expect(throws: JWSError.self) {
            try JWS<RightsStatement>(
                verifying: work.statement, with: SigningKey().verifyingKey)
        }
    }

    // Goal: the documented JSON objects read back. Method: encode, look at the keys, decode.
    @Test func jsonObjectsReadBack() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        _ = try library.generate(NamedOrder(model: "m", seed: 1, width: 64, height: 64))
        let outcome = try await library.sync.run()
        try expectRoundTrip(outcome)
        try expectRoundTrip(try library.status())
        try expectRoundTrip(try library.wallet.report())
        try expectRoundTrip(try library.works.all())
        try expectRoundTrip(try library.styles.all())
        try expectRoundTrip(try library.generations.all())
        try expectRoundTrip(try await library.account.devices().devices)
    }

    private func expectRoundTrip<Value: Codable & Equatable>(_ value: Value) throws {
        let json = try CanonicalJSON.encoder.encode(value)
        #expect(try CanonicalJSON.decode(Value.self, from: json) == value, "\(Value.self)")
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.matches(of: /"([a-z]*[A-Z][A-Za-z]*)":/).isEmpty, "\(text)")
    }

    private func library(_ world: World) throws -> Library {
        try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
    }

    private func flip(_ path: String?) throws {
        let file = URL(filePath: try #require(path))
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: file)
    }
}
