import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import TestSupport
import Testing

/// Nothing is left of a work that was removed for good, and a certificate says so.
@Suite("Erasure and its certificate")
struct ErasureTests {
    // Goal: nothing of a removed work is left in any file of the library: not its bytes, not its
    // title, its note or its licence, not in the database and not in its log. Method: a work with
    // all of them, retitled on two devices at once so that a conflict holds a title too; removed
    // --now; every file of both folders is searched.
    @Test func nothingIsLeftOfARemovedWork() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        let file = try world.picture(8, side: 120)
        let work = try first.works.add(
            file, rights: .licensed("licence of the pelican"), title: "Pelican at dusk",
            tags: ["pelicantag"], note: "never shown to anybody pelican"
        ).work
        _ = try first.styles.train("birds", from: .chosen([work.id]))
        _ = try first.generate(NamedOrder(model: "birds", seed: 3, width: 64, height: 64))
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        _ = try second.works.add(file)
        _ = try first.works.edit(work.id, title: "Pelican the elder")
        _ = try second.works.edit(work.id, title: "Pelican the younger")
        for library in [first, second, first] { _ = try await library.sync.run() }
        #expect(try !first.sync.conflicts().isEmpty || !second.sync.conflicts().isEmpty)
        let bytes = Array(try Data(contentsOf: file))
        let words = ["Pelican", "pelican"].map { Array($0.utf8) }
        #expect(try found(words, bytes, in: first) > 0 && found(words, bytes, in: second) > 0)

        _ = try first.withdrawals.remove(work.id, forGood: true)
        #expect(try found(words, bytes, in: first) == 0)
        for library in [first, second, first] { _ = try await library.sync.run() }
        #expect(try found(words, bytes, in: second) == 0)
        #expect(try found(words, bytes, in: first) == 0)
        #expect(try first.doctor.examine().isWell)
    }

    // Goal: the certificate names who is done and who is not, holds by its signatures, and is
    // complete once every device has synced. Method: two devices; the text and its file are read
    // again, and each changed byte of the signed form is refused.
    @Test func theCertificateNamesWhoIsDone() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("desk", at: server)
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("tablet", of: first, at: server)
        _ = try await first.account.devices()
        let work = try #require(first.works.all().first)
        let model = try first.model(named: "m")
        #expect(throws: CertificateError.notRemoved(name: work.id.short)) {
            try first.rights.certificate(ofRemoved: RowID(work.id))
        }
        _ = try first.withdrawals.remove(work.id)
        let trashed = try first.rights.certificate(ofRemoved: RowID(work.id))
        #expect(trashed.done.isEmpty && !trashed.isComplete)
        #expect(trashed.certificate.payload.pending.allSatisfy { $0.reason == .inTrash })
        #expect(trashed.text.contains("Pending on desk: the file is in its trash until"))

        _ = try first.trash.erase(RowID(work.id))
        let alone = try first.rights.certificate(ofRemoved: RowID(work.id))
        #expect(alone.done.map(\.deviceName) == ["desk"])
        #expect(alone.certificate.payload.models.map(\.description) == [model.digest])
        #expect(alone.certificate.payload.isWithdrawn == false)
        #expect(alone.text.contains("Pending on tablet"))
        for library in [first, second, first] { _ = try await library.sync.run() }
        let both = try first.rights.certificate(ofRemoved: RowID(work.id))
        #expect(Set(both.done.map(\.deviceName)) == ["desk", "tablet"] && both.isComplete)
        #expect(both.certificate.payload.work.description == work.sha256)
        #expect(!both.text.contains(work.title))

        let out = world.folder.url.appending(path: "certificate.txt")
        try first.rights.write(both, to: out)
        let text = String(decoding: try Data(contentsOf: out), as: UTF8.self)
        #expect(try CertificateReport(reading: text).text == both.text)
        #expect(try CertificateReport(readingFile: out).text == both.text)
        for changed in ["Done everywhere.\n\n" + text, text.replacing("tablet", with: "phone")] {
            let forged = world.folder.url.appending(path: "forged.txt")
            try Data(changed.utf8).write(to: forged)
            #expect(throws: CertificateError.otherText) {
                try CertificateReport(readingFile: forged)
            }
        }
        let compact = both.certificate.compact
        for index in compact.indices.enumerated().filter({ $0.offset % 41 == 0 }).map(\.element) {
            var changed = compact
            let other: Character = changed[index] == "A" ? "B" : "A"
            changed.replaceSubrange(index...index, with: [other])
            #expect(throws: (any Error).self) { try CertificateReport(reading: changed) }
        }
    }

    // Goal: after 30 days in the trash a work is erased by itself, and that is said.
    @Test func theTrashEndsInErasure() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try #require(library.works.all().first)
        _ = try library.withdrawals.remove(work.id)
        world.advance(by: .seconds(31 * 24 * 3600))
        _ = try await library.sync.run()
        let report = try library.rights.certificate(ofRemoved: RowID(work.id))
        #expect(report.done.map(\.deviceName) == ["desk"] && report.isComplete)
    }

    // Goal: a work that is added and removed again gets a certificate of its own.
    @Test func aSecondRemovalIsSaidAnew() async throws {
        let world = try World()
        let library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
        var times: [UnixTime] = []
        for _ in 0..<2 {
            let work = try library.works.add(try world.picture(1)).work
            _ = try library.withdrawals.remove(work.id, forGood: true)
            let report = try library.rights.certificate(ofRemoved: RowID(work.id))
            #expect(report.done.count == 1 && report.isComplete)
            times += report.done.map(\.time)
            world.advance(by: .seconds(60))
        }
        #expect(times.count == 2 && times[0] < times[1])
    }

    /// How many files of the library hold one of the words, or a piece of the picture.
    private func found(_ words: [[UInt8]], _ picture: [UInt8], in library: Library) throws -> Int {
        let piece = Array(picture[(picture.count / 2)..<(picture.count / 2 + 24)])
        let files = FileManager.default.enumerator(
            at: library.folder.root, includingPropertiesForKeys: [.isRegularFileKey])
        var count = 0
        while let file = files?.nextObject() as? URL {
            guard let data = try? Data(contentsOf: file) else { continue }
            for wanted in words + [piece] where data.firstRange(of: Data(wanted)) != nil {
                count += 1
            }
        }
        return count
    }
}
