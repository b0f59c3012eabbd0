import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Studio
import StyleKit
import Testing

@Suite("The rooms Styles, Make and Pictures")
struct MakeRoomTests {
    /// An id that nothing has.
    private static let none = String(repeating: "0", count: 32)

    @Test("A sketch keeps its parts as files, under plain names and within its limits")
    func sketchesAreKept() async throws {
        try await PageClient.run { page, folder in
            let layer = try PageClient.picture(90)
            #expect(try await page.ask("api/sketches/current").status == .noContent)
            let list = Array(#"{"width":96,"layers":[{"id":"layer-1"}]}"#.utf8)
            #expect(
                try await page.ask("api/sketches/current/layer-1", .put, layer).status == .noContent
            )
            #expect(try await page.ask("api/sketches/current", .put, list).status == .noContent)
            #expect(try await page.ask("api/sketches/current").bytes == list)
            let kept = try await page.ask("api/sketches/current/layer-1")
            #expect(kept.bytes == layer && kept.headers[.contentType] == "image/png")
            #expect(
                try Data(
                    contentsOf: folder.root.appending(path: "sketches/current/layer-1.png"))
                    == Data(layer))
            #expect(
                try await page.ask("api/sketches/current/layer-1", .delete).status == .noContent)
            #expect(try await page.ask("api/sketches/current/layer-1").status == .notFound)

            for name in ["..%2Fkeys", "UPPER", "a.b", String(repeating: "a", count: 41)] {
                let reply = try await page.ask("api/sketches/\(name)/layer-1", .put, layer)
                #expect(reply.status == .notFound, "\(name)")
            }
            let longest = String(repeating: "a", count: 40)
            #expect(
                try await page.ask("api/sketches/\(longest)/x", .put, layer).status == .noContent)
            let text = try await page.ask(
                "api/sketches/current/layer-2", .put, Array("<svg/>".utf8))
            #expect(text.status == .badRequest)
            let array = try await page.ask("api/sketches/current", .put, Array("[1]".utf8))
            #expect(array.status == .badRequest)
        }
    }

    @Test("A style is learned as a job, read, compared with a picture, drawn as a sheet, removed")
    func stylesAreLearned() async throws {
        try await PageClient.run { page, _ in
            var ids: [String] = []
            for shade in [20, 120, 220] as [UInt8] {
                let added = try await page.object(
                    "api/works?filename=\(shade).png&basis=mine", .post,
                    try PageClient.picture(shade))
                let work = try #require(added["work"] as? [String: Any])
                ids.append(try #require(work["id"] as? String))
            }
            let lesson = try JSONSerialization.data(
                withJSONObject: ["name": "<b>Valley</b>", "works": ids])
            let started = try await page.object(
                "api/styles", .post, Array(lesson), status: .accepted)
            let job = try await page.ended(try #require(started["job"] as? String))
            #expect(job["state"] as? String == "done", "\(job)")
            let id = try #require((job["result"] as? [String: Any])?["id"] as? String)

            let styles = try #require(
                try await page.object("api/styles")["styles"] as? [[String: Any]])
            #expect(styles.first?["name"] as? String == "<b>Valley</b>")
            #expect(styles.first?["is_here"] as? Bool == true)
            let style = try await page.object("api/styles/\(id)")
            #expect((style["works"] as? [Any])?.count == 3)
            #expect((style["preview"] as? String)?.isEmpty == false)
            #expect(((style["analysis"] as? [String: Any])?["lightness"] as? [Any])?.count == 16)

            let compared = try await page.object(
                "api/styles/\(id)/compare", .post, try PageClient.picture(20))
            let likeness = try #require(compared["likeness"] as? [String: Any])
            #expect(try #require(likeness["overall"] as? Double) > 50)
            let refused = try await page.object(
                "api/styles/\(id)/compare", .post, Array("no picture".utf8),
                status: .unprocessableContent)
            let what = try #require((refused["error"] as? [String: Any])?["what"] as? String)
            #expect(!what.contains("incoming"))
            #expect(
                try await page.ask("api/styles/\(id)/chart").headers[.contentType] == "image/png")

            // Nothing is drawn before the library joined a server, and the page says what helps.
            let order = #"{"style":"\#(id)","mode":"compose","size":[256,256]}"#
            let ordered = try await page.object(
                "api/drafts", .post, Array(order.utf8), status: .accepted)
            let draft = try await page.ended(try #require(ordered["job"] as? String))
            #expect(draft["state"] as? String == "failed")
            #expect((draft["error"] as? [String: Any])?["next"] as? String == "join")

            #expect(try await page.ask("api/styles/\(id)", .delete).status == .ok)
            #expect(try await page.ask("api/styles/\(id)").status != .ok)
        }
    }

    @Test("Pictures are an empty list before the first, and a strange file is unknown")
    func picturesBegin() async throws {
        try await PageClient.run { page, _ in
            let list = try await page.object("api/generations?which=rated")
            #expect((list["items"] as? [Any])?.isEmpty == true && list["total"] as? Int == 0)
            #expect(try await page.ask("api/generations?which=best").status == .badRequest)
            let none = Self.none
            for path in ["", "/picture", "/map", "/export"] {
                let reply = try await page.ask("api/generations/\(none)\(path)")
                #expect(reply.status != .ok, "\(path)")
            }
            let verdict = try await page.object(
                "api/verify", .post, try PageClient.picture(33, side: 256))
            let verification = try #require(verdict["verification"] as? [String: Any])
            #expect(verification["verdict"] as? String == "unknown")
            let unfinished = try await page.object("api/unfinished")
            #expect((unfinished["unfinished"] as? [Any])?.isEmpty == true)
        }
    }

    @Test(
        "An order that names nothing, too much or nonsense is refused before any job",
        arguments: [
            #"{}"#, #"{"style":"x","mode":"compose","size":[256,256]}"#,
            #"{"style":"\#(Self.none)","mode":"after","size":[256,256]}"#,
            #"{"style":"\#(Self.none)","mode":"free","size":[1]}"#,
            #"{"style":"\#(Self.none)","mode":"sketch","size":[9,9],"sketch":".."}"#,
            #"{"style":"\#(Self.none)","mode":"compose","size":[9,9],"seed":7}"#,
            #"{"style":"\#(Self.none)","mode":"compose","size":[9,9],"seed":"-1"}"#,
            #"{"style":"\#(Self.none)","mode":"tile","size":[9,9],"seed":"9223372036854775808"}"#,
        ])
    func ordersAreChecked(order: String) async throws {
        try await PageClient.run { page, _ in
            let reply = try await page.ask("api/drafts", .post, Array(order.utf8))
            #expect([.badRequest, .notFound].contains(reply.status), "\(reply.text)")
            let jobs = try await page.object("api/jobs")
            #expect((jobs["jobs"] as? [Any])?.isEmpty == true)
        }
    }
}
