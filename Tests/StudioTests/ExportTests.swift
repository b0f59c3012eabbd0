import AtelierLibrary
import Foundation
import HTTPTypes
import HummingbirdTesting
import Studio
import Testing

@Suite("Plain files from the page")
struct ExportTests {
    // Goal: what is written is told first, and is what is written then; nothing there is replaced.
    // Method: two works, one of them without its file; the same folder twice, and bad names.
    @Test("An export is told, then written into a new folder")
    func exports() async throws {
        try await PageClient.run { page, folder in
            for shade in [30, 60] as [UInt8] {
                _ = try await page.object(
                    "api/works?filename=\(shade).png&basis=mine", .post,
                    try PageClient.picture(shade))
            }
            let works = folder.root.appending(path: "works")
            let files = try FileManager.default.contentsOfDirectory(
                at: works, includingPropertiesForKeys: [.fileSizeKey])
            try FileManager.default.removeItem(at: files[0])
            let size = try files[1].resourceValues(forKeys: [.fileSizeKey]).fileSize
            let plan = try await page.object("api/account/export")
            #expect(plan["works"] as? Int == 1 && plan["elsewhere"] as? Int == 1)
            #expect(plan["pictures"] as? Int == 0 && plan["bytes"] as? Int == size)
            #expect((plan["folder"] as? String)?.contains("Atelier 2026-") == true)

            let target = folder.root.deletingLastPathComponent()
                .appending(path: "plain-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: target) }
            let order = try JSONSerialization.data(
                withJSONObject: ["folder": target.path(percentEncoded: false)])
            let started = try await page.object(
                "api/account/export", .post, Array(order), status: .accepted)
            let job = try await page.ended(try #require(started["job"] as? String))
            #expect(job["state"] as? String == "done", "\(job)")
            let written = try FileManager.default.contentsOfDirectory(
                atPath: target.path(percentEncoded: false))
            #expect(written.contains("works.csv"), "\(written)")

            let again = try await page.object(
                "api/account/export", .post, Array(order), status: .accepted)
            let refused = try await page.ended(try #require(again["job"] as? String))
            #expect(refused["state"] as? String == "failed")
            for name in ["", "plain", "../plain", "a\u{0}b"] {
                let order = try JSONSerialization.data(withJSONObject: ["folder": name])
                let reply = try await page.ask("api/account/export", .post, Array(order))
                #expect(reply.status == .badRequest, "\(name)")
            }
        }
    }
}
