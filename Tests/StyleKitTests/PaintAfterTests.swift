import Foundation
import ImageQuality
import StyleKit
import TestSupport
import Testing

@Suite struct PaintAfterTests {
    private static func settings(
        _ work: Int?, closeness: Int, seed: UInt64 = 1
    ) -> GenerationSettings {
        GenerationSettings(
            width: 144, height: 112, seed: seed,
            kind: .after(
                AfterSettings(
                    workID: work.map { [UInt8](repeating: UInt8($0), count: 16) },
                    closeness: closeness)))
    }

    private static func model(_ count: Int = 4) throws -> StyleModel {
        try StyleModel(learning: PaintedWorks.works(count, width: 144, height: 112, seed: 3))
    }

    private static func share(of work: Int, in rendering: Rendering) -> Double {
        rendering.shares.first { $0.workID[0] == UInt8(work) }?.share ?? 0
    }

    // Goal: closeness says how much of the work's own marks a picture has, and its forms survive.
    // Method: the work's share falls from almost all to nothing; at 50 the gradients are alike, and
    // those of a picture after another work are not.
    @Test func closenessDecidesOnOwnMarks() throws {
        let model = try Self.model()
        let shares = try [100, 50, 25, 0].map { closeness in
            Self.share(
                of: 2,
                in: try Synthesis(
                    model: model, settings: Self.settings(2, closeness: closeness), threads: 2
                ).render())
        }
        #expect(shares[0] > 0.9, "\(shares)")
        #expect(shares == shares.sorted(by: >) && shares[2] < 0.9, "\(shares)")
        #expect(shares[3] == 0, "\(shares)")
        let half = Synthesis(
            model: model, settings: Self.settings(2, closeness: 50), threads: 2)
        let other = Synthesis(
            model: model, settings: Self.settings(3, closeness: 50), threads: 2)
        let guide = try #require(try half.variedGuide())
        // These works are all strokes, without large forms: a true picture has 0.9.
        #expect(FormMeasure.correlation(try half.render().picture, guide) > 0.3)
        #expect(FormMeasure.correlation(try other.render().picture, guide) < 0.1)
    }

    // Goal: the same picture on any number of threads, and seeds that differ.
    // Method: both ends of closeness, a work and another picture, on 1, 2, 3 and 8 threads.
    @Test(arguments: [(2, 70), (2, 0), (nil, 40)] as [(Int?, Int)])
    func threadsChangeNothing(work: Int?, closeness: Int) throws {
        let model = try Self.model()
        let picture = try PaintedWorks.picture(width: 90, height: 120, seed: 40)
        func hash(seed: UInt64, threads: Int) throws -> [UInt8] {
            try Synthesis(
                model: model, settings: Self.settings(work, closeness: closeness, seed: seed),
                sketch: work == nil ? picture : nil, threads: threads
            ).render().picture.pixelHash
        }
        let first = try hash(seed: 1, threads: 1)
        for threads in [2, 3, 8] { #expect(try hash(seed: 1, threads: threads) == first) }
        #expect(try hash(seed: 2, threads: 2) != first)
    }

    // Goal: drafts are begun as their pictures are. Method: a sheet's drafts against each alone.
    @Test(arguments: [70, 10]) func draftsAreThoseOfTheirSeeds(closeness: Int) throws {
        let model = try Self.model(3)
        let settings = Self.settings(1, closeness: closeness, seed: 4)
        for draft in try DraftSheet(model: model, settings: settings, threads: 2).draw(count: 3) {
            let alone = try Synthesis(model: model, settings: draft.settings, threads: 1).draft()
            #expect(alone.picture == draft.rendering.picture)
        }
    }

    // Goal: the only work of a model gives its marks however far. Method: a model of one work.
    @Test func theOnlyWorkIsNotLeftOut() throws {
        let rendering = try Synthesis(
            model: try Self.model(1), settings: Self.settings(1, closeness: 0), threads: 2
        ).render()
        #expect(rendering.shares.count == 1)
    }

    // Goal: what cannot be painted after is told. Method: no picture, a work that is not in the
    // model, numbers out of range.
    @Test func mistakesAreTold() throws {
        let model = try Self.model(2)
        func error(_ work: Int?, _ closeness: Int) -> StyleError? {
            let settings = Self.settings(work, closeness: closeness)
            return #expect(throws: StyleError.self) {
                try Synthesis(model: model, settings: settings, threads: 1).render()
            }
        }
        #expect(error(nil, 70) == .noPicture)
        #expect(error(9, 70) == .notInModel)
        #expect(error(1, 101) == .closenessOutOfRange(value: 101))
        #expect(error(1, -1) == .closenessOutOfRange(value: -1))
        let short = GenerationSettings(kind: .after(AfterSettings(workID: [1, 2])))
        #expect(throws: StyleError.wrongWorkID(bytes: 2)) {
            try Synthesis(model: model, settings: short, threads: 1).render()
        }
    }

    // Goal: settings are told apart by their bytes, and survive JSON.
    @Test func settingsHaveBytesOfTheirOwn() throws {
        let id = [UInt8](repeating: 7, count: 16)
        let kinds: [PictureKind] = [
            .free, .after(AfterSettings()), .after(AfterSettings(closeness: 71)),
            .after(AfterSettings(workID: id)),
        ]
        #expect(Set(kinds.map(\.bytes)).count == kinds.count)
        for kind in kinds {
            let data = try JSONEncoder().encode(kind)
            #expect(try JSONDecoder().decode(PictureKind.self, from: data) == kind)
        }
    }

    // Goal: a bend keeps the forms, and each seed bends in its own way. Method: the work as it is
    // bent at a closeness of 100, against the work and between seeds.
    @Test func bendsKeepForms() throws {
        let work = try PaintedWorks.picture(width: 144, height: 112, seed: 4)
        let bent = try (1...6).map { seed in
            try #require(
                try Synthesis(
                    model: try Self.model(),
                    settings: Self.settings(2, closeness: 100, seed: UInt64(seed)), threads: 2
                ).variedGuide())
        }
        for picture in bent {
            let gaps = zip(
                Measures.grid(of: picture, columns: 4, rows: 3),
                Measures.grid(of: work, columns: 4, rows: 3)
            ).map { abs($0 - $1) }
            #expect((gaps.max() ?? 255) < 25, "\(gaps)")
        }
        #expect(Set(bent.map(\.pixelHash)).count == 6)
    }
}
