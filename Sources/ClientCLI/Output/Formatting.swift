import AtelierLibrary
import Foundation
import SignedObjects

/// Numbers and times as people read them.
enum Formatting {
    /// Such as `1 work` and `3 works`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
    }

    /// A list of names, of very many only the first.
    static func list(_ names: [String]) -> String {
        let shown = 12
        let rest = names.count - shown
        return names.prefix(shown).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// The note before a wait.
    static func waiting(_ wait: Duration) -> String {
        let seconds = wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0)
        return "Trying again in \(seconds) s; Ctrl-C ends it, and nothing is lost."
    }

    /// Such as `90 s`, `45 min`, `30 h` and `3 days`, rounded down.
    static func length(seconds: UInt) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    /// Such as `4.2 MB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB"]
        var value = Double(count)
        var unit = 0
        while value >= 1000 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : String(format: "%.1f ", value) + units[unit]
    }

    /// Such as `2026-01-31 09:30` in UTC.
    static func moment(_ moment: Moment) -> String {
        moment.time.toTheMinute
    }

    /// Such as `2026-01-31 09:30:12 UTC`.
    static func second(_ moment: Moment) -> String {
        moment.time.rfc3339.prefix(19).replacing("T", with: " ") + " UTC"
    }

    /// In which cases receipts are withheld, and what to do; empty for none.
    static func withheld(_ cases: [Int]?, _ withheld: WithheldReceipts) -> String {
        (cases ?? []).map { number in
            let step = withheld.appealable.contains(number) ? "appeal \(number) TEXT" : nil
            return "held in case \(number); atelier \(step ?? "cases show \(number)")"
        }.joined(separator: ", ")
    }

    /// How many works a picture comes from, and the largest share and piece.
    static func origin(of made: Generation) -> String {
        let piece = Int(rounding: made.largestPiece * 100)
        let share = Int(rounding: (made.sources.first?.share ?? 0) * 100)
        let works = count(made.sources.count, "work")
        return "from \(works), at most \(share) % from one; largest piece \(piece) %"
    }

    /// From how many works of a model figures can be made.
    static func figures(_ figures: ModelFigures) -> String {
        let all = figures.usable.count + figures.without.count
        return figures.usable.isEmpty
            ? "none: no work had landmarks"
            : "from \(figures.usable.count) of \(count(all, "work"))"
    }

    /// Which works the parts of a figure come from; empty for other pictures.
    static func figure(of made: Generation, in library: Library) throws -> String {
        guard let figure = made.figure else { return "" }
        func title(_ id: WorkID) throws -> String {
            let work = try library.works.all().first { $0.id == id }
            return work.map { "\"\($0.title)\"" } ?? "a removed work"
        }
        var parts = ["the head is from \(try title(figure.head))"]
        if let face = figure.face { parts.append("its face from \(try title(face))") }
        parts.append("the body from \(try title(figure.pose))")
        if let second = figure.second { parts.append("part of it from \(try title(second))") }
        let text = parts.joined(separator: ", ")
        return figure.isVariant ? "a variant of one character: \(text)" : text
    }

    /// Where a file is.
    static func place(_ file: String?, _ deviceName: String) -> String {
        file == nil ? "on \(deviceName)" : "here"
    }
}
