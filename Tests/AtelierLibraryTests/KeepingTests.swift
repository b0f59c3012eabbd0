import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import StyleKit
import TestSupport
import Testing

struct KeepingTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: a removed generation is gone on all devices, is not taken for one that was cut off, and
    // costs nothing when it is drawn again.
    // Method: remove it on the second device; sync; look; generate the same.
    @Test func aRemovedGenerationStaysRemoved() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let made = try first.generate(Self.order).generation
        let file = try #require(made.file)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        #expect(try second.generations.rate(made.id, 4).rating == 4)
        #expect(throws: LibraryError.self) { try second.generations.rate(made.id, 6) }
        _ = try await second.sync.run()
        _ = try await first.sync.run()
        #expect(try first.generations.generation(made.id).rating == 4)
        _ = try second.generations.remove(made.id)
        _ = try await second.sync.run()
        _ = try await first.sync.run()
        #expect(try first.generations.all().isEmpty)
        #expect(try first.status().unfinishedGenerations == 0)
        #expect(try first.generate(Self.order).isRepeat)
        #expect(try first.generations.all().count == 1 && server.spent == 1)
        _ = try first.generations.remove(try #require(first.generations.all().first).id)
        #expect(try first.status().unfinishedGenerations == 0)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    // Goal: what lost is listed and comes back on all devices.
    // Method: two devices write one title; the loser's is restored; another is dismissed.
    @Test func whatLostComesBack() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        let id = try #require(try first.works.all().first).id
        _ = try first.works.edit(id, title: "Heron")
        world.advance(by: .seconds(1))
        _ = try second.works.edit(id, title: "Crane")
        for library in [first, second, first, second] { _ = try await library.sync.run() }
        #expect(try first.works.work(id).title == "Crane")
        let lists = try [first.sync.conflicts(), second.sync.conflicts()]
        let place = try #require(lists.firstIndex { !$0.isEmpty })
        let conflict = try #require(lists[place].first)
        #expect(conflict.kind == .overwritten && conflict.table == "works")
        #expect(conflict.lost == ["title": "Heron"] && conflict.standing == ["title": "Crane"])
        let library = [first, second][place]
        _ = try library.sync.restoreConflict(conflict.id)
        #expect(try library.sync.conflicts().isEmpty)
        for library in [first, second, first, second] { _ = try await library.sync.run() }
        #expect(try second.works.work(id).title == "Heron" && first.works.work(id).title == "Heron")
        #expect(throws: LibraryError.self) { try library.sync.dismissConflict(conflict.id) }
    }

    // Goal: a file is told for what it is: signed, countersigned, without its mark, or unknown.
    // Method: verify the picture before and after the receipt, a clean export, a changed one, a
    // forged row.
    @Test func aFileIsVerified() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        let file = URL(filePath: try #require(made.file))
        let signed = try library.generations.verify(file)
        #expect(signed.verdict == .signed && signed.generation == made.id && signed.isMarkedFile)
        _ = try await library.sync.run()
        let countersigned = try library.generations.verify(file)
        #expect(countersigned.verdict == .countersigned && countersigned.countersignedAt != nil)
        let clean = world.folder.url.appending(path: "clean.png")
        _ = try library.generations.export(made.id, to: clean, withoutWatermark: true)
        let unmarked = try library.generations.verify(clean)
        #expect(unmarked.verdict == .countersigned && !unmarked.isMarkedFile)
        #expect(try library.generations.verify(try world.picture(9)).verdict == .unknown)
        let text = world.folder.url.appending(path: "text.png")
        try Data("no picture".utf8).write(to: text)
        #expect(throws: LibraryError.self) { try library.generations.verify(text) }
        try Shell.sqlite(
            library.folder.database.path, "UPDATE generations SET receipt = '', spend = 'aa'")
        #expect(try library.generations.verify(file).verdict == .unknown)
    }

    // Goal: the doctor finds what is wrong, repairs what can be, and leaves the rest alone.
    // Method: open a key file, change a picture, leave half a file, delete a work's file.
    @Test func theDoctorFindsWhatIsWrong() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let made = try library.generate(Self.order).generation
        let well = try library.doctor.examine()
        #expect(well.isWell && well.findings.isEmpty && well.filesChecked == 4)
        let picture = URL(filePath: try #require(made.file))
        try (Data(contentsOf: picture) + [0]).write(to: picture)
        let work = try #require(library.works.all().first?.file)
        try FileManager.default.removeItem(atPath: work)
        let half = library.folder.models.appending(path: ".x.1.atelier-part")
        try Data("half".utf8).write(to: half)
        let key = library.folder.keys.appending(path: "device.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key.path)

        let sick = try library.doctor.examine()
        let codes: Set = [
            DoctorReport.Finding.Code.openKeys, .damagedFile, .leftover, .missingFile,
        ]
        #expect(Set(sick.findings.map(\.code)) == codes && sick.findings.count == 4)
        #expect(!sick.isWell && FileManager.default.fileExists(atPath: half.path))
        let repaired = try library.doctor.examine(repairs: true)
        let left = repaired.findings.filter { !$0.isRepaired }.map(\.code)
        // The damaged picture was put aside, so that it is missing now, too.
        #expect(left == [.missingFile, .missingFile])
        let again = try library.doctor.examine()
        #expect(again.findings.map(\.code) == [.missingFile, .missingFile])
        #expect(FileManager.default.fileExists(atPath: picture.path + ".damaged"))
        #expect(try library.generate(Self.order).isRepeat)
        _ = try library.works.add(try world.picture(1))
        _ = try library.works.add(try world.picture(2))
        #expect(try library.doctor.examine().isWell)
    }
}
