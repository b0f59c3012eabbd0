import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SignedObjects
import Studio
import Testing

@Suite("The first run, and the account")
struct StartRoomTests {
    @Test("Nothing is made before the words were written down")
    func wordsFirst() async throws {
        try await PageClient.run(isEmpty: true) { page, folder in
            #expect(try await page.ask("").text.contains("data-room=\"start\""))
            let state = try await page.object("api/start")
            #expect(state["has_library"] as? Bool == false)
            _ = try await page.object("api/start/library", .post, status: .conflict)
            let begun = try await page.object(
                "api/start/words", .post, Array(#"{"device_name":"desk"}"#.utf8))
            #expect((begun["words"] as? [String])?.count == 24)
            #expect(
                !FileManager.default.fileExists(atPath: folder.keys.path(percentEncoded: false)))
            let made = try await page.object("api/start/library", .post)
            #expect(made["has_library"] as? Bool == true)
            let library = try Library(opening: folder)
            #expect(library.account.id?.description == begun["account"] as? String)
            _ = try await page.object(
                "api/start/words", .post, Array("{}".utf8), status: .init(code: 507))
        }
    }

    @Test("An account alone says what to do next")
    func alone() async throws {
        try await PageClient.run { page, _ in
            let overview = try await page.object("api/account")
            let credits = try #require(overview["credits"] as? [String: Any])
            #expect(credits["can_generate"] as? Bool == false)
            #expect(credits["next_step"] as? String == "join")
            let reply = try await page.object(
                "api/account/devices", status: .forbidden)
            #expect((reply["error"] as? [String: Any])?["next"] as? String == "join")
        }
    }

    @Test("A backup is a download that restores")
    func backup() async throws {
        try await PageClient.run { page, folder in
            let reply = try await page.ask("api/account/backup")
            #expect(reply.status == .ok)
            #expect(reply.headers[.contentDisposition]?.contains("attachment") == true)
            let file = folder.root.appending(path: "copy.atelier")
            try Data(reply.bytes).write(to: file)
            let other = LibraryFolder(root: folder.root.appending(path: "other"))
            _ = try BackupService.restore(from: file, to: other)
            #expect(other.holdsLibrary)
        }
    }
}
