import AtelierLibrary
import Foundation
import SignedObjects
import StyleKit
import TestSupport
import Testing

@Suite("Masks over works")
struct MaskTests {
    private let world: World
    private let library: Library
    private let work: Work

    init() throws {
        world = try World()
        library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
        work = try library.works.add(try world.picture(1, side: 160)).work
    }

    /// A mask file with these marks, drawn on a layer with transparency or white on black.
    private func file(side: Int, opaque: Bool, _ isMarked: (Int, Int) -> Bool) throws -> URL {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let isMarked = isMarked(x, y)
                let marked: [UInt8] = opaque ? [250, 252, 248, 255] : [0, 0, 0, 255]
                pixels += isMarked ? marked : opaque ? [4, 0, 6, 255] : [255, 255, 255, 0]
            }
        }
        let url = world.folder.url.appending(path: "mask.png")
        try Data(Picture(width: side, height: side, pixels: pixels).encodedPNG()).write(to: url)
        return url
    }

    private func areas(_ file: URL, besides others: Int = 0) throws -> [WorkArea] {
        try library.works.areas(paintedIn: file, over: work, besides: others)
    }

    // Goal: whatever is painted, no marked place is left out, the areas are few enough, apart from
    // each other, and not much larger than what is painted.
    // Method: discs at random, each mask painted in both ways; every pixel is looked up.
    @Test(arguments: SeededGenerator.seeds(12))
    func areasHoldAllThatIsPainted(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let side = Int.random(in: 40...300, using: &random)
        let spots = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            (
                x: Int.random(in: 0..<side, using: &random),
                y: Int.random(in: 0..<side, using: &random),
                radius: Int.random(in: 1...(side / 6), using: &random)
            )
        }
        let limit = Int.random(in: 30...256, using: &random)
        func isMarked(_ x: Int, _ y: Int) -> Bool {
            spots.contains { spot in
                let (dx, dy) = (x - spot.x, y - spot.y)
                return dx * dx + dy * dy <= spot.radius * spot.radius
            }
        }
        let areas = try areas(
            file(side: side, opaque: false, isMarked), besides: StyleKit.Limits.areas - limit)
        let other = try self.areas(
            file(side: side, opaque: true, isMarked), besides: StyleKit.Limits.areas - limit)
        #expect(areas == other, "seed \(seed)")
        #expect(areas.count <= limit, "seed \(seed)")
        // A square of the grids that these limits lead to is far below an eighth of the side.
        let reach = side / 8
        let covered = Self.covered(by: areas, side: side)
        var missed = 0
        var strays = 0
        for y in 0..<side {
            for x in 0..<side {
                let isCovered = covered[y * side + x]
                if isMarked(x, y) { missed += isCovered ? 0 : 1 }
                let isNear = spots.contains { spot in
                    abs(x - spot.x) <= spot.radius + reach && abs(y - spot.y) <= spot.radius + reach
                }
                if isCovered, !isNear { strays += 1 }
            }
        }
        #expect(missed == 0 && strays == 0, "seed \(seed)")
        for (index, area) in areas.enumerated() {
            for next in areas[(index + 1)...] {
                let isApart =
                    area.right <= next.left + 1 || next.right <= area.left + 1
                    || area.bottom <= next.top + 1 || next.bottom <= area.top + 1
                #expect(isApart, "seed \(seed)")
            }
        }
    }

    /// The pixels that lie wholly in the areas, row-major.
    private static func covered(by areas: [WorkArea], side: Int) -> [Bool] {
        var count = [Int](repeating: 0, count: side * side)
        for area in areas {
            for y in 0..<side {
                let down =
                    min(area.bottom * side, (y + 1) * 10_000) - max(area.top * side, y * 10_000)
                guard down > 0 else { continue }
                for x in 0..<side {
                    let across =
                        min(area.right * side, (x + 1) * 10_000) - max(area.left * side, x * 10_000)
                    count[y * side + x] += max(0, across) * down
                }
            }
        }
        return count.map { $0 >= 10_000 * 10_000 }
    }

    // Goal: a mask of a quarter is the one area that a person would write, and it is kept.
    @Test func aQuarterIsOneArea() throws {
        let file = try file(side: 96, opaque: false) { x, y in x < 48 && y >= 48 }
        let areas = try areas(file)
        #expect(areas == [try #require(MarkedArea("0,50,50,100")).area])
        #expect(WorkAreas.coverage(areas) == 25)
        var marked = WorkAreas()
        marked.avoided = areas
        let id = work.id
        #expect(try library.works.edit(id, areas: marked).areas == marked)
    }

    // Goal: what is no mask is refused with the reason, and nothing changes.
    @Test func whatIsNoMaskIsRefused() throws {
        let wrong: [(String, () throws -> URL)] = [
            ("marks nothing", { try file(side: 64, opaque: true) { _, _ in false } }),
            ("marks the whole", { try file(side: 64, opaque: true) { _, _ in true } }),
            ("in colour", { try world.picture(2, side: 64) }),
            (
                "proportion",
                {
                    let url = world.folder.url.appending(path: "wide.png")
                    let wide = try Picture(
                        width: 80, height: 64, pixels: [UInt8](repeating: 0, count: 80 * 64 * 4))
                    try Data(try wide.encodedPNG()).write(to: url)
                    return url
                }
            ),
        ]
        for (reason, make) in wrong {
            let error = #expect(throws: WorkError.self) { try areas(try make()) }
            let text = error?.description ?? "none"
            #expect(text.contains(reason), "\(reason): \(text)")
        }
        let half = try file(side: 64, opaque: true) { x, _ in x < 32 }
        #expect(throws: WorkError.self) {
            try areas(half, besides: StyleKit.Limits.areas)
        }
    }

    // Goal: kept and avoided areas together stay below the bound that a generation has.
    @Test func areasAreBoundedTogether() throws {
        let area = try #require(MarkedArea("0,0,1,1")).area
        var marked = WorkAreas()
        marked.avoided = [WorkArea](repeating: area, count: 200)
        marked.keptWhole = [WorkArea](repeating: area, count: StyleKit.Limits.areas - 199)
        let id = work.id
        #expect(throws: LibraryError.self) { try library.works.edit(id, areas: marked) }
        marked.keptWhole.removeLast()
        #expect(try library.works.edit(id, areas: marked).areas.count == StyleKit.Limits.areas)
    }
}
