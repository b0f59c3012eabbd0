import AtelierLibrary
import Foundation
import SignedObjects

/// Numbers and times as people read them.
enum Formatting {
    /// Such as `1 work` and `3 works`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(number) \(thing)\(number == 1 ? "" : "s")"
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

    /// How many works a picture comes from, and the largest share and piece.
    static func origin(of made: Generation) -> String {
        let piece = Int(rounding: made.largestPiece * 100)
        let share = Int(rounding: (made.sources.first?.share ?? 0) * 100)
        let works = count(made.sources.count, "work")
        return "from \(works), at most \(share) % from one; largest piece \(piece) %"
    }

    /// Where a file is.
    static func place(_ file: String?, _ deviceName: String) -> String {
        file == nil ? "on \(deviceName)" : "here"
    }
}
