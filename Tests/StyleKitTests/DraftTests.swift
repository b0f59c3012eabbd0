import StyleKit
import TestSupport
import Testing

@Suite struct DraftTests {
    // Goal: a sheet shows what each of its seeds would give, the fewest seams first.
    // Method: every draft of a sheet against the same draft drawn alone.
    @Test func draftsOfASheetAreThoseOfTheirSeeds() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3, width: 220, height: 180))
        let settings = GenerationSettings(width: 220, height: 180, seed: 7)
        let sheet = DraftSheet(model: model, settings: settings, threads: 2)
        let drafts = try sheet.draw(count: 4)
        #expect(drafts.map(\.number).sorted() == [1, 2, 3, 4])
        let scores = drafts.map(\.rendering.seamScore)
        #expect(scores == scores.sorted())
        for draft in drafts {
            #expect(draft.settings == sheet.settings(ofDraft: draft.number))
            let alone = try Synthesis(model: model, settings: draft.settings, threads: 1).draft()
            #expect(alone.picture == draft.rendering.picture)
        }
        #expect(Set(drafts.map(\.rendering.picture.pixelHash)).count == 4)
    }

    // Goal: a picked draft keeps its layout in full size.
    // Method: the mean brightness of 8 × 6 fields: the picture follows its own draft closely, and
    // much closer than any other draft.
    @Test func pickedDraftsKeepTheirLayout() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 360, height: 280))
        let settings = GenerationSettings(width: 360, height: 280, seed: 3)
        let drafts = try DraftSheet(model: model, settings: settings, threads: 2).draw(count: 3)
        let grids = drafts.map { Measures.grid(of: $0.rendering.picture, columns: 8, rows: 6) }
        for index in 0..<2 {
            let full = try Synthesis(model: model, settings: drafts[index].settings, threads: 2)
                .render().picture
            let grid = Measures.grid(of: full, columns: 8, rows: 6)
            let gaps = grids.map { other in
                zip(grid, other).map { abs($0 - $1) }.reduce(0, +) / Double(grid.count)
            }
            #expect(gaps[index] < 8, "gap \(gaps[index])")
            for other in gaps.indices where other != index {
                #expect(gaps[other] > gaps[index] * 1.5)
            }
        }
    }
}
