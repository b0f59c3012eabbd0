import Foundation
import TestSupport
import Testing

@Suite struct LookupTests {
    // Goal: an object is named by its id, or the start or end of it, and never guessed.
    // Method: three works; whole ids in both cases, ends, a shared start, too few digits, signs
    // that SQL would take for wildcards.
    @Test func objectsAreNamedByPartOfTheirID() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        for number in 0..<3 {
            let file = try sandbox.picture(number)
            try await device.must("works", "add", file.path, "--mine")
        }
        let listed = try await device.must("works", "list", "--json").object()
        let works = try #require(listed["works"] as? [[String: Any]])
        let ids = try works.map { try #require($0["id"] as? String) }
        try #require(ids.count == 3)
        for id in ids {
            for name in [id, id.uppercased(), String(id.suffix(8))] {
                let shown = try await device.must("works", "show", name, "--json").object()
                #expect(shown["id"] as? String == id)
            }
        }
        let shared = String(ids[0].prefix(6))
        let several = try await device.run("works", "show", shared)
        #expect(several.status == 1 && several.errors.contains("3 works match"), "\(several)")
        for name in ["abc", "%%%%", "____", ids[0] + "0", "zzzzzzzz"] {
            let none = try await device.run("works", "show", name)
            #expect(none.status == 1 && none.errors.contains("There is no work"), "\(none)")
        }
    }
}
