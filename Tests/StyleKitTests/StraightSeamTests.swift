import ImageQuality
import StyleKit
import Testing

@Suite struct StraightSeamTests {
    /// Calm works: washes with a grain, a hill and a disc.
    private static func works(width: Int = 200, height: Int = 150) throws -> [StyleWork] {
        try (0..<3).map { number in
            var pixels: [UInt8] = []
            for y in 0..<height {
                for x in 0..<width {
                    let grain = (x * 7 + y * 13 + x * y + number * 5) % 5
                    let wash = 130 + x * 25 / width + y * 30 / height + grain + number * 12
                    var color = [wash, wash - 20, wash + 30 - number * 25]
                    let slope = abs((x + number * 40) % 120 - 60)
                    if y > height * 2 / 3 + slope / 3 { color = [70 + grain, 95 + grain, 60] }
                    let (dx, dy) = (x - 50 - number * 40, y - 35)
                    if dx * dx + dy * dy < 200 { color = [240, 225, 180 + grain] }
                    pixels += color.map { UInt8($0) } + [255]
                }
            }
            return StyleWork(
                id: [UInt8](repeating: UInt8(number + 1), count: 16),
                picture: try Picture(width: width, height: height, pixels: pixels))
        }
    }

    // Goal: the artist's own lines are no seams, nor are they where their light was moved.
    // Method: every work, and every one lighter and darker by about four units.
    @Test func worksHaveNone() throws {
        let works = try Self.works().map(\.picture)
        let judge = Judge(works: works, step: 16)
        for work in works {
            #expect(judge.straightSeam(of: work) == 0)
            for change in [-10, 10] {
                let pixels = work.pixels.enumerated().map { index, value in
                    index % 4 == 3 ? value : UInt8(min(255, max(0, Int(value) + change)))
                }
                let moved = try Picture(width: work.width, height: work.height, pixels: pixels)
                #expect(judge.straightSeam(of: moved) == 0, "moved by \(change)")
            }
        }
    }

    // Goal: every straight seam of more than 12 pixels is found, and no shorter one.
    // Method: blocks in calm places of a work, a little and much lighter or darker than what is
    // around them.
    @Test(arguments: [(12, false), (14, true), (24, true), (48, true)], [20, 40])
    func plantedOnesAreFound(seam: (length: Int, isFound: Bool), change: Int) throws {
        let works = try Self.works().map(\.picture)
        let judge = Judge(works: works, step: 16)
        for work in works {
            let picture = try FailingControl.planted(
                length: seam.length, in: work, change: change)
            let found = judge.straightSeam(of: picture)
            if seam.isFound {
                #expect((13...seam.length + 4).contains(found), "\(found)")
            } else {
                #expect(found == 0)
            }
        }
    }

    // Goal: compositions of these works keep the gate, and each control fails a gate of them.
    // Method: three seeds; all controls, made of the first picture.
    @Test func controlsFailTheGatesOfCompositions() throws {
        let works = try Self.works()
        let model = try StyleModel(learning: works)
        let settings = (1...3).map { GenerationSettings(width: 160, height: 120, seed: $0) }
        let seen = try model.works(asSeenBy: settings[0], isComposition: true)
        let judge = Judge(works: seen, step: 12)
        let pictures = try settings.map {
            try Synthesis(model: model, settings: $0, threads: 2).render().picture
        }
        for picture in pictures { #expect(judge.straightSeam(of: picture) == 0) }
        let gates = Gate.all(for: .compose, works: works.count)
        for control in FailingControl.all(for: .compose) {
            let picture = try control.picture(works: seen, result: pictures[0])
            let figures = judge.figures(of: picture)
            #expect(gates.contains { !$0.isKept(by: figures) }, "\(control.rawValue): \(figures)")
        }
    }
}
