import AtelierLibrary
import Foundation
import SignedObjects
import StyleKit
import Synchronization
import Testing

@Suite("What pages are told of the library")
struct ChangesTests {
    @Test("A write is told with its table")
    func ownWrite() async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "changes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let (library, _) = try Library.make(
            in: LibraryFolder(root: place), deviceName: "desk")
        let file = place.appending(path: "a.png")
        try Data(try PageClient.picture(9)).write(to: file)
        let work = try library.works.add(file).work
        let told = Mutex<Set<String>>([])
        let follower = Task {
            try await library.changes { tables in told.withLock { $0.formUnion(tables) } }
        }
        // The observation begins at some time: each note is a new write until it is seen.
        var count = 0
        while !told.withLock({ $0.contains("works") }) {
            count += 1
            _ = try library.works.edit(work.id, note: "\(count)")
            await Task.yield()
        }
        follower.cancel()
        _ = await follower.result
    }

    @Test("Small copies are made once, and go with what they show")
    func copies() throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "copies-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let folder = LibraryFolder(root: place)
        let (library, _) = try Library.make(in: folder, deviceName: "desk")
        let file = place.appending(path: "a.png")
        try Data(try PageClient.picture(9, side: 400)).write(to: file)
        let work = try library.works.add(file).work
        let copy = try library.thumbnails.copy(of: work, width: 160)
        #expect(try Picture.decode(copy).0.width == 160)
        let kept = folder.thumbnails.appending(path: "\(work.sha256)-160.webp")
        let path = kept.path(percentEncoded: false)
        #expect(Array(try Data(contentsOf: kept)) == copy)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(throws: LibraryError.self) { try library.thumbnails.copy(of: work, width: 9) }
        _ = try library.withdrawals.remove(work.id)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
