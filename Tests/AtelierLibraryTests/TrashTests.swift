import AtelierLibrary
import Foundation
import SignedObjects
import TestSupport
import Testing

@Suite("Trash")
struct TrashTests {
    private static let order = GenerationOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: no file goes because a row is missing. Method: rows of works, models and generations
    // taken out of the database by another program, here and so on the other device; sync; sweep.
    @Test func aMissingRowTakesNoFile() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try first.generate(Self.order)
        _ = try await first.sync()
        let before = try files(of: first)
        #expect(before.count == 4)
        try Shell.sqlite(
            first.folder.database.path, "DELETE FROM works WHERE rowid = 1; DELETE FROM models;")
        _ = try await first.sync()
        _ = try first.addWork(try world.picture(7))
        _ = try first.removeWork(try #require(first.works().last).id.description)
        _ = try await first.sync()
        #expect(try before.isSubset(of: files(of: first)))
        // The doctor names them and takes none.
        let found = try first.examine(repairs: true).findings.filter { $0.code == .unnamedFile }
        #expect(found.count == 2)
        #expect(try before.isSubset(of: files(of: first)))
    }

    // Goal: a work that is missing takes no model with it; one that a device removed does.
    // Method: both, on the device that learned the model.
    @Test func aMissingWorkTakesNoModel() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let works = try library.works()
        try Shell.sqlite(
            library.folder.database.path,
            "DELETE FROM works WHERE hex(id) = upper('\(works[0].id)')")
        _ = try await library.sync()
        #expect(try library.models().map(\.name) == ["m"])
        _ = try library.removeWork(works[1].id.description)
        #expect(try library.models().isEmpty)
    }

    // Goal: what was removed can come back for 30 days, on any device, as it was. Method: remove a
    // work, a model and a picture; look; restore on the other device; compare; learn again.
    @Test func whatWasRemovedComesBack() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let made = try first.generate(Self.order).generation
        _ = try await first.sync()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        let (work, model) = (try #require(first.works().first), try first.model("m"))
        _ = try first.editWork(work.id.description, title: "Heron", note: "gouache")
        let asItWas = try first.work(work.id.description)
        _ = try first.removeGeneration(made.id.description)
        let removal = try first.removeWork(work.id.description)
        #expect(removal.models.map(\.name) == ["m"])
        #expect(!LibraryFile.exists(URL(filePath: try #require(work.file))))
        #expect(!LibraryFile.exists(URL(filePath: try #require(model.file))))
        for library in [first, second] { _ = try await library.sync() }
        #expect(try second.trash().map(\.kind) == [.work, .generation])
        #expect(try second.trash().allSatisfy { !$0.isHere && $0.deviceName == "desk" })
        #expect(try first.trash().allSatisfy(\.isHere))
        #expect(throws: LibraryError.self) { try second.restoreRemoved("ffffffff") }

        world.advance(by: .seconds(29 * 24 * 3600))
        let restored = try second.restoreRemoved(work.id.description)
        #expect(restored.name == "Heron")
        _ = try second.restoreRemoved(made.id.description)
        for library in [second, first] { _ = try await library.sync() }
        #expect(try first.work(work.id.description) == asItWas)
        #expect(try first.generation(made.id.description).file == made.file)
        #expect(try first.generation(made.id.description).isSourceWithdrawn == false)
        #expect(try first.trash().isEmpty && second.trash().isEmpty)
        #expect(try first.train("m", from: .all).model.digest == model.digest)
        #expect(try first.examine().isWell)
    }

    // Goal: after 30 days it is gone, by the device's own clock and the server's. Method: a server
    // 400 days ahead, a device's clock 400 days ahead, both.
    @Test func theTrashIsEmptiedAfterThirtyDays() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let model = try library.removeModel("m")
        let trashed = library.folder.trash.appending(path: "models-\(model.digest).model")
        #expect(LibraryFile.exists(trashed))
        try Shell.sqlite(
            library.folder.database.path,
            "INSERT OR REPLACE INTO local_values VALUES('clock_offset_ms', '34560000000')")
        let work = try library.addWork(try world.picture(5)).work
        _ = try library.removeWork(work.id.description)
        #expect(LibraryFile.exists(trashed))
        #expect(try library.trash().count == 2)
        try Shell.sqlite(
            library.folder.database.path,
            "DELETE FROM local_values WHERE key = 'clock_offset_ms'")
        world.advance(by: .seconds(31 * 24 * 3600))
        _ = try await library.sync()
        #expect(!LibraryFile.exists(trashed))
        #expect(throws: LibraryError.self) { try library.restoreRemoved(model.id.description) }
        let left = try Shell.sqlite(
            library.folder.database.path, "SELECT name || contents FROM removals WHERE kind='model'"
        )
        #expect(left.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty)
    }

    // Goal: "now" is now, on all devices. Method: a work on both devices, removed for good on one;
    // another taken out of the trash for good.
    @Test func nowLeavesNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        for number in 1...2 { _ = try second.addWork(try world.picture(number)) }
        let works = try first.works()
        #expect(try second.works().allSatisfy(\.isHere))
        _ = try first.removeWork(works[0].id.description, forGood: true)
        _ = try first.removeWork(works[1].id.description)
        _ = try first.eraseRemoved(works[1].id.description)
        for library in [first, second] {
            _ = try await library.sync()
            #expect(try files(of: library).isEmpty && library.trash().isEmpty)
        }
        #expect(throws: LibraryError.notInTrash(name: works[0].id.short)) {
            try first.restoreRemoved(works[0].id.description)
        }
    }

    // Goal: a row of removals leads nowhere else and takes nothing that a row still names.
    @Test func strangeRemovalsTakeNothing() throws {
        let world = try World()
        let library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
        let work = try library.addWork(try world.picture(1)).work
        let names = [
            "../keys/device.key", "keys/device.key", "works/../keys/device.key", "works/x.png",
            "works/\(work.sha256).png", "/etc/passwd", "works/\(work.sha256).png/",
        ]
        for name in names {
            try Shell.sqlite(
                library.folder.database.path,
                "INSERT INTO removals(kind, files, contents) VALUES('work', '[\"\(name)\"]', '{}')")
        }
        try Shell.sqlite(
            library.folder.database.path,
            "INSERT INTO removals(kind, files, contents) VALUES(7, x'ff', 'x'), ('work', '{', '[')")
        _ = try library.addWork(try world.picture(2))
        _ = try library.removeWork(try #require(library.works().last).id.description)
        #expect(try library.work(work.id.description).isHere)
        #expect(LibraryFile.exists(library.folder.keys.appending(path: "device.key")))
        for object in try library.trash() where object.name != "picture-2" {
            #expect(throws: LibraryError.self) { try library.restoreRemoved(object.id.description) }
        }
    }

    /// The files of works, models and generations, by folder and name.
    private func files(of library: Library) throws -> Set<String> {
        let folder = library.folder
        return try Set(
            [folder.works, folder.models, folder.generations].flatMap { place in
                try FileManager.default.contentsOfDirectory(atPath: place.path)
                    .map { "\(place.lastPathComponent)/\($0)" }
            })
    }
}
