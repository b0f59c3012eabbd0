import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Studio
import StyleKit
import TestSupport
import Testing

@Suite("The room Works")
struct WorksRoomTests {
    @Test("A picture is added, listed, found, changed and shown small")
    func addsAndLists() async throws {
        try await PageClient.run { page, folder in
            let file = try PageClient.picture(20)
            let added = try await page.object(
                "api/works?filename=%3Cscript%3Ex%3C%2Fscript%3E.png&basis=mine&tag=sea+side",
                .post, file)
            let work = try #require(added["work"] as? [String: Any])
            let id = try #require(work["id"] as? String)
            #expect(work["title"] as? String == "script>")
            let again = try await page.object("api/works?filename=b.png&basis=mine", .post, file)
            #expect(again["is_duplicate"] as? Bool == true)

            let list = try await page.object("api/works?tag=sea%20side&limit=1")
            #expect((list["works"] as? [Any])?.count == 1)
            #expect(list["total"] as? Int == 1)
            #expect((try await page.object("api/works?find=SEA")["works"] as? [Any])?.count == 1)
            #expect(
                (try await page.object("api/works?find=hill")["works"] as? [Any])?.isEmpty == true)

            let edit = Array(#"{"title":"Storm","tags":["a"],"note":"n"}"#.utf8)
            let details = try await page.object("api/works/\(id)", .patch, edit)
            let edited = try #require(details["work"] as? [String: Any])
            #expect(edited["title"] as? String == "Storm")
            #expect(edited["tags"] as? [String] == ["a"])

            let small = try await page.ask("api/works/\(id)/picture?width=100")
            #expect(small.status == .ok)
            #expect(small.headers[.contentType] == "image/webp")
            let (picture, format) = try Picture.decode(small.bytes)
            #expect(format == .webp && picture.width == 96)
            let kept = try FileManager.default.contentsOfDirectory(
                atPath: folder.thumbnails.path(percentEncoded: false))
            #expect(kept.count == 1)
            // Nothing of the upload is left beside the library.
            let incoming = folder.root.appending(path: "incoming")
            let left = try FileManager.default.contentsOfDirectory(
                atPath: incoming.path(percentEncoded: false))
            #expect(left == [])
        }
    }

    @Test("A file that is no picture is refused by its own name, not by a folder's")
    func refuses() async throws {
        try await PageClient.run { page, _ in
            let reply = try await page.object(
                "api/works?filename=..%2F..%2Fnotes.txt&basis=mine", .post, Array("hello".utf8),
                status: .unprocessableContent)
            let error = try #require(reply["error"] as? [String: Any])
            let what = try #require(error["what"] as? String)
            #expect(what.hasPrefix("notes.txt "), "\(what)")
            #expect(!what.contains("incoming"))
            _ = try await page.object(
                "api/works?filename=a.png&basis=borrowed", .post, [], status: .badRequest)
        }
    }

    @Test("A painted mask becomes areas, an empty one clears them")
    func areas() async throws {
        try await PageClient.run { page, _ in
            let id = try await Self.add(to: page, 30)
            var pixels = [UInt8](repeating: 0, count: 64 * 64 * 4)
            for y in 8..<24 { for x in 8..<24 { pixels[(y * 64 + x) * 4 + 3] = 255 } }
            let mask = try Picture(width: 64, height: 64, pixels: pixels).encodedPNG()
            let marked = try await page.object("api/works/\(id)/areas?kind=avoided", .put, mask)
            #expect(Self.areas(marked, "avoided") == 1)
            let kept = try await page.object("api/works/\(id)/areas?kind=kept_whole", .put, mask)
            #expect(Self.areas(kept, "kept_whole") == 1 && Self.areas(kept, "avoided") == 1)
            let cleared = try await page.object("api/works/\(id)/areas?kind=avoided", .put, [])
            #expect(Self.areas(cleared, "avoided") == 0 && Self.areas(cleared, "kept_whole") == 1)
        }
    }

    @Test("What goes with a work is told first; its small copies go with it, and it can come back")
    func removes() async throws {
        try await PageClient.run { page, folder in
            let id = try await Self.add(to: page, 40)
            _ = try await page.ask("api/works/\(id)/picture?width=160")
            let before = try await page.object("api/works/\(id)/consequences")
            #expect(before["pictures"] as? Int == 0)
            _ = try await page.object("api/works/\(id)", .delete)
            let small = try FileManager.default.contentsOfDirectory(
                atPath: folder.thumbnails.path(percentEncoded: false))
            #expect(small == [])
            _ = try await page.object("api/works/\(id)", status: .unprocessableContent)
            let trash = try await page.object("api/trash")
            let objects = try #require(trash["objects"] as? [[String: Any]])
            let removed = try #require(objects.first?["id"] as? String)
            _ = try await page.object("api/trash/\(removed)/restore", .post)
            #expect(try await page.ask("api/works/\(id)").status == .ok)
        }
    }

    // Goal: a work whose file is on another device is shown blurred; what a foreign row holds is
    // taken only where it is a preview. Method: the file deleted; other bytes by another program.
    @Test("A work without its file has a preview, unless its row holds other bytes")
    func previews() async throws {
        try await PageClient.run { page, folder in
            let id = try await Self.add(to: page, 50)
            let preview = { () async throws -> String? in
                let list = try await page.object("api/works")
                let work = try #require((list["works"] as? [[String: Any]])?.first)
                #expect(work["is_here"] as? Bool == false)
                return work["preview"] as? String
            }
            let works = folder.root.appending(path: "works")
            for file in try FileManager.default.contentsOfDirectory(
                at: works, includingPropertiesForKeys: nil)
            {
                try FileManager.default.removeItem(at: file)
            }
            // The list is read anew only after a write.
            _ = try await page.object("api/works/\(id)", .patch, Array(#"{"note":"x"}"#.utf8))
            let text = try #require(try await preview())
            #expect((40...64).contains(text.count))
            for bytes in ["zeroblob(4000)", "zeroblob(3)", "'text'", "7", "x'\(text)00'"] {
                try Shell.sqlite(
                    folder.database.path(percentEncoded: false),
                    "UPDATE works SET preview = \(bytes)")
                #expect(try await preview() == nil, "\(bytes)")
            }
        }
    }

    private static func add(to page: PageClient, _ shade: UInt8) async throws -> String {
        let added = try await page.object(
            "api/works?filename=a.png&basis=mine", .post, try PageClient.picture(shade))
        return try #require((added["work"] as? [String: Any])?["id"] as? String)
    }

    private static func areas(_ details: [String: Any], _ kind: String) -> Int? {
        let work = details["work"] as? [String: Any]
        return ((work?["areas"] as? [String: Any])?[kind] as? [Any])?.count
    }
}
