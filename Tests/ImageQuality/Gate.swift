/// A bound that a picture must keep to be worth showing.
package struct Gate: Sendable {
    package let name: String
    /// What the bound is, in words.
    package let bound: String
    private let holds: @Sendable (Measurements) -> Bool

    package func isKept(by figures: Measurements) -> Bool { holds(figures) }

    /// The gates of a kind of picture.
    ///
    /// - Parameter works: How many works there are: few cannot all be kept below a share.
    package static func all(for mode: Mode, works: Int) -> [Gate] {
        let copy = Gate(name: "no copy of a work", bound: "at least 64 bits") {
            $0.copyDistance >= 64
        }
        switch mode {
        case .after:
            // A bend crosses lines everywhere: marks are cut more often than after a sketch.
            return marks(2.5, 7.5) + [
                Gate(name: "detail", bound: "at least 0.6") { $0.detail >= 0.6 },
                Gate(name: "small forms", bound: "correlation at least 0.6") {
                    $0.forms ?? 0 >= 0.6
                },
            ]
        case .sketch:
            return marks(2.5, 6) + [
                Gate(name: "detail", bound: "at least 0.7") { $0.detail >= 0.7 },
                piece(0.08), copy,
            ]
        case .compose:
            return marks(0.5, 5.5) + [
                Gate(name: "no straight seam", bound: "none over 12 pixels") {
                    $0.straightSeam <= 12
                },
                Gate(name: "two works", bound: "at least 2") { $0.works >= 2 },
                Gate(name: "no work leads", bound: "at most 65 %") { $0.topShare <= 0.65 },
                Gate(name: "no copy of a work", bound: "at least 62 bits") {
                    $0.copyDistance >= 62
                },
            ]
        case .collage: return collage(works: works) + [copy]
        case .pattern:
            return collage(works: works) + [
                copy, Gate(name: "edges meet", bound: "at most 1.3") { $0.edgeRatio <= 1.3 },
            ]
        }
    }

    private static func marks(_ half: Double, _ worst: Double) -> [Gate] {
        [
            Gate(name: "the artist's marks", bound: "half within \(half)") {
                $0.markDistance <= half
            },
            Gate(name: "no foreign marks", bound: "95 % within \(worst)") {
                $0.worstMarkDistance <= worst
            },
        ]
    }

    private static func piece(_ part: Double) -> Gate {
        Gate(name: "largest piece", bound: "at most \(Int(part * 100)) %") {
            $0.piece <= part && ($0.reportedPiece ?? 0) <= part
        }
    }

    private static func collage(works: Int) -> [Gate] {
        let needed = min(3, works)
        let share = works >= 4 ? 0.45 : 1.3 / Double(max(1, works))
        return marks(0.5, 5.5) + [
            Gate(name: "detail", bound: "0.6 to 1.4") { (0.6...1.4).contains($0.detail) },
            Gate(name: "texture", bound: "at most 1.5") { $0.texture <= 1.5 },
            piece(0.15),
            Gate(name: "several works", bound: "at least \(needed)") { $0.works >= needed },
            Gate(name: "no work leads", bound: "at most \(Int(share * 100)) %") {
                $0.topShare <= share
            },
        ]
    }
}

/// The kinds of pictures that are judged.
package enum Mode: String, CaseIterable, Codable, Sendable {
    case compose
    case collage
    case sketch
    case pattern
    case after
}
