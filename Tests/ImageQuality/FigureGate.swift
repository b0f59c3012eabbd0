package import StyleKit

/// A bound that a figure must keep to be worth showing.
package struct FigureGate: Sendable {
    /// What the gate is about.
    package let name: String
    /// What the bound is, in words.
    package let bound: String
    private let holds: @Sendable (FigureMeasure) -> Bool

    /// Whether a figure keeps the bound.
    package func isKept(by figures: FigureMeasure) -> Bool { holds(figures) }

    /// The gates of a figure.
    ///
    /// - Parameter works: The number of marked works of the set.
    package static func all(works: Int) -> [FigureGate] {
        let needed = works >= 12 ? 3 : 2
        return [
            FigureGate(name: "two eyes", bound: "2 whole") { $0.eyes == 2 },
            FigureGate(name: "one mouth", bound: "1 whole") { $0.mouths == 1 },
            FigureGate(name: "no feature cut", bound: "none") { $0.cutFeatures == 0 },
            FigureGate(name: "hands", bound: "none cut, 2 at most") {
                $0.cutHands == 0 && $0.hands <= 2
            },
            FigureGate(name: "one head", bound: "at most 0.5 % of others") {
                $0.foreignHead <= 0.005
            },
            FigureGate(name: "in one piece", bound: "1 part") { $0.parts == 1 },
            FigureGate(name: "several works", bound: "at least \(needed)") { $0.works >= needed },
            FigureGate(name: "no work leads", bound: "at most 65 %") { $0.topShare <= 0.65 },
            FigureGate(name: "no copy of a work", bound: "at least 64 bits") {
                $0.copyDistance >= 64
            },
            FigureGate(name: "truly traced", bound: "at least 90 %") { $0.traced >= 0.9 },
            FigureGate(name: "the artist's marks", bound: "half within 2.5, 95 % within 6") {
                $0.markDistance <= 2.5 && $0.worstMarkDistance <= 6
            },
        ]
    }

    /// The gates of all figures of a set together.
    ///
    /// - Parameters:
    ///   - sheet: Of one sheet, with the work that gave each head.
    /// - Returns: What is not kept.
    package static func failures(
        of figures: [FigureMeasure], sheet: [(picture: Picture, head: [UInt8])]
    ) -> [String] {
        var failures: [String] = []
        let shares = figures.map(\.topShare).sorted()
        if let middle = shares.isEmpty ? nil : shares[shares.count / 2], middle > 0.58 {
            failures.append("no work leads: half of the figures at most 58 %")
        }
        if Set(sheet.map(\.head)).count < sheet.count {
            failures.append("no head twice on a sheet")
        }
        if sheet.count > 1, Judge.closest(sheet.map(\.picture)) < 80 {
            failures.append("the figures of a sheet differ: at least 80 bits")
        }
        return failures
    }
}

/// What looks like a figure of several works and is none: every one must fail a gate.
package enum FigureControl: String, CaseIterable, Codable, Sendable {
    case unchanged = "one work unchanged"
    case recolored = "one work recoloured"
    case pasted = "a head pasted without cuts"

    /// Makes the control.
    ///
    /// - Parameters:
    ///   - base: A work and its index in the model.
    ///   - head: Another.
    package func figure(
        base: (work: FigureJudge.Work, index: Int), head: (work: FigureJudge.Work, index: Int)
    ) throws -> (picture: Picture, trace: FigureTrace) {
        let picture = base.work.picture
        var pixels = picture.pixels
        var places = (0..<(picture.width * picture.height)).map { index in
            picture.pixels[index * 4 + 3] < 128
                ? nil
                : FigureTrace.Place(
                    work: base.index,
                    x: (Float(index % picture.width) + 0.5) / Float(picture.width),
                    y: (Float(index / picture.width) + 0.5) / Float(picture.height))
        }
        switch self {
        case .unchanged: break
        case .recolored:
            for index in stride(from: 0, to: pixels.count, by: 4) {
                (pixels[index], pixels[index + 2]) = (pixels[index + 2], pixels[index])
            }
        case .pasted: Self.paste(head, onto: base.work, &pixels, &places)
        }
        return (
            try Picture(width: picture.width, height: picture.height, pixels: pixels),
            FigureTrace(width: picture.width, height: picture.height, places: places)
        )
    }

    /// The head's box, chin on chin.
    private static func paste(
        _ head: (work: FigureJudge.Work, index: Int), onto base: FigureJudge.Work,
        _ pixels: inout [UInt8], _ places: inout [FigureTrace.Place?]
    ) {
        let (own, target) = (head.work.picture, base.picture)
        let outline = head.work.marks.headOutline
        let columns = outline.map { $0.x * own.width / 10_000 }
        let rows = outline.map { $0.y * own.height / 10_000 }
        let shiftX =
            base.marks.chin.x * target.width / 10_000 - head.work.marks.chin.x * own.width / 10_000
        let shiftY =
            base.marks.chin.y * target.height / 10_000
            - head.work.marks.chin.y * own.height / 10_000
        for y in (rows.min() ?? 0)..<(rows.max() ?? 0) {
            for x in (columns.min() ?? 0)..<(columns.max() ?? 0) {
                let (toX, toY) = (x + shiftX, y + shiftY)
                let from = (y * own.width + x) * 4
                guard toX >= 0, toY >= 0, toX < target.width, toY < target.height,
                    own.pixels[from + 3] >= 128
                else { continue }
                let index = toY * target.width + toX
                for lane in 0..<4 { pixels[index * 4 + lane] = own.pixels[from + lane] }
                places[index] = FigureTrace.Place(
                    work: head.index, x: (Float(x) + 0.5) / Float(own.width),
                    y: (Float(y) + 0.5) / Float(own.height))
            }
        }
    }
}
