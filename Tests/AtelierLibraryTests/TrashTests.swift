import AtelierLibrary
import Foundation
import SignedObjects
import TestSupport
import Testing

@Suite("Trash")
struct TrashTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: no file goes because a row is missing. Method: rows of works, models and generations
    // taken out of the database by another program, here and so on the other device; sync; sweep.
    @Test func aMissingRowTakesNoFile() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try first.generate(Self.order)
        _ = try await first.sync.run()
        let before = try files(of: first)
        #expect(before.count == 4)
        try Shell.sqlite(
            first.folder.database.path, "DELETE FROM works WHERE rowid = 1; DELETE FROM models;")
        _ = try await first.sync.run()
        _ = try first.works.add(try world.picture(7))
        _ = try first.withdrawals.remove(try #require(first.works.all().last).id)
        _ = try await first.sync.run()
        #expect(try before.isSubset(of: files(of: first)))
        // The doctor names them and takes none.
        let found = try first.doctor.examine(repairs: true).findings.filter {
            $0.code == .unnamedFile
        }
        #expect(found.count == 2)
        #expect(try before.isSubset(of: files(of: first)))
    }

    // Goal: a work that is missing takes no model with it; one that a device removed does.
    // Method: both, on the device that learned the model.
    @Test func aMissingWorkTakesNoModel() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let works = try library.works.all()
        try Shell.sqlite(
            library.folder.database.path,
            "DELETE FROM works WHERE hex(id) = upper('\(works[0].id)')")
        _ = try await library.sync.run()
        #expect(try library.styles.all().map(\.name) == ["m"])
        _ = try library.withdrawals.remove(works[1].id)
        #expect(try library.styles.all().isEmpty)
    }

    // Goal: what was removed can come back for 30 days, on any device, as it was. Method: remove a
    // work, a model and a picture; look; restore on the other device; compare; learn again.
    @Test func whatWasRemovedComesBack() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let made = try first.generate(Self.order).generation
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        let (work, model) = (try #require(first.works.all().first), try first.model(named: "m"))
        _ = try first.works.edit(work.id, title: "Heron", note: "gouache")
        let asItWas = try first.works.work(work.id)
        _ = try first.generations.remove(made.id)
        let removal = try first.withdrawals.remove(work.id)
        #expect(removal.models.map(\.name) == ["m"])
        #expect(!LibraryFile.exists(URL(filePath: try #require(work.file))))
        #expect(!LibraryFile.exists(URL(filePath: try #require(model.file))))
        for library in [first, second] { _ = try await library.sync.run() }
        #expect(try second.trash.all().map(\.kind) == [.work, .generation])
        #expect(try second.trash.all().allSatisfy { !$0.isHere && $0.deviceName == "desk" })
        #expect(try first.trash.all().allSatisfy(\.isHere))
        #expect(throws: TrashError.self) {
            try second.trash.restore(RowID(checked: Array(repeating: 0xFF, count: 16)))
        }

        world.advance(by: .seconds(29 * 24 * 3600))
        let restored = try second.trash.restore(RowID(work.id))
        #expect(restored.name == "Heron")
        _ = try second.trash.restore(RowID(made.id))
        for library in [second, first] { _ = try await library.sync.run() }
        #expect(try first.works.work(work.id) == asItWas)
        #expect(try first.generations.generation(made.id).file == made.file)
        #expect(try first.generations.generation(made.id).isSourceWithdrawn == false)
        #expect(try first.trash.all().isEmpty && second.trash.all().isEmpty)
        #expect(try first.styles.train("m", from: .all).model.digest == model.digest)
        #expect(try first.doctor.examine().isWell)
    }

    // Goal: after 30 days it is gone, by the device's own clock and the server's. Method: a server
    // 400 days ahead, a device's clock 400 days ahead, both.
    @Test func theTrashIsEmptiedAfterThirtyDays() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let model = try library.styles.remove(library.model(named: "m").id)
        let trashed = library.folder.trash.appending(path: "models-\(model.digest).model")
        #expect(LibraryFile.exists(trashed))
        try Shell.sqlite(
            library.folder.database.path,
            "INSERT OR REPLACE INTO local_values VALUES('clock_offset_ms', '34560000000')")
        let work = try library.works.add(try world.picture(5)).work
        _ = try library.withdrawals.remove(work.id)
        #expect(LibraryFile.exists(trashed))
        #expect(try library.trash.all().count == 2)
        try Shell.sqlite(
            library.folder.database.path,
            "DELETE FROM local_values WHERE key = 'clock_offset_ms'")
        world.advance(by: .seconds(31 * 24 * 3600))
        _ = try await library.sync.run()
        #expect(!LibraryFile.exists(trashed))
        #expect(throws: TrashError.self) { try library.trash.restore(RowID(model.id)) }
        let left = try Shell.sqlite(
            library.folder.database.path, "SELECT name || contents FROM removals WHERE kind='model'"
        )
        #expect(left.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty)
    }

    // Goal: a clock that is wrong for a while empties no trash. Method: a work in the trash; its
    // device's clock stands 70 years ahead for two removals; then it is right.
    @Test func aWrongClockEmptiesNoTrash() async throws {
        let world = try World()
        let folder = world.home("a")
        let library = try Library.make(
            in: folder, deviceName: "a", environment: world.environment()
        ).library
        let works = try (1...3).map { try library.works.add(try world.picture($0)).work }
        _ = try library.withdrawals.remove(works[0].id)
        let wrong = try Library(
            opening: folder,
            environment: world.environment(skew: .seconds(70 * 365 * 24 * 3600)))
        for work in works.dropFirst() { _ = try wrong.withdrawals.remove(work.id) }
        #expect(try library.trash.all().count == 3)
        #expect(try library.trash.restore(RowID(works[0].id)).isHere)
    }

    // Goal: "now" is now, on all devices. Method: a work on both devices, removed for good on one;
    // another taken out of the trash for good.
    @Test func nowLeavesNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        for number in 1...2 { _ = try second.works.add(try world.picture(number)) }
        let works = try first.works.all()
        #expect(try second.works.all().allSatisfy(\.isHere))
        _ = try first.withdrawals.remove(works[0].id, forGood: true)
        _ = try first.withdrawals.remove(works[1].id)
        _ = try first.trash.erase(RowID(works[1].id))
        for library in [first, second] {
            _ = try await library.sync.run()
            #expect(try files(of: library).isEmpty && library.trash.all().isEmpty)
        }
        #expect(throws: TrashError.notInTrash(name: works[0].id.short)) {
            try first.trash.restore(RowID(works[0].id))
        }
    }

    // Goal: a row of removals leads nowhere else and takes nothing that a row still names.
    @Test func strangeRemovalsTakeNothing() throws {
        let world = try World()
        let library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
        let work = try library.works.add(try world.picture(1)).work
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
        _ = try library.works.add(try world.picture(2))
        _ = try library.withdrawals.remove(try #require(library.works.all().last).id)
        #expect(try library.works.work(work.id).isHere)
        #expect(LibraryFile.exists(library.folder.keys.appending(path: "device.key")))
        for object in try library.trash.all() where object.name != "picture-2" {
            #expect(throws: TrashError.self) { try library.trash.restore(object.id) }
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
