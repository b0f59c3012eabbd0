import Foundation
import ImageQuality

/// One picture's figures and the gates that it does not keep.
struct Verdict: Codable {
    let name: String
    let seconds: Double
    let figures: Figures
    let failed: [String]

    static let heading =
        "picture          marks  worst  detail texture  piece  said works   top  copy  edge  s"

    var line: String {
        let said = figures.reportedPiece.map { String(format: "%4.1f%%", $0 * 100) } ?? "    -"
        let numbers = String(
            format: "%6.2f %6.2f %6.2f %7.2f %5.1f%% %@ %5d %4.0f%% %5d %5.2f %4.1f",
            figures.markDistance, figures.worstMarkDistance, figures.detail, figures.texture,
            figures.piece * 100, said, figures.works, figures.topShare * 100,
            figures.copyDistance, figures.edgeRatio, seconds)
        let fails = failed.isEmpty ? "" : "  FAILS \(failed.joined(separator: ", "))"
        return name.padding(toLength: 15, withPad: " ", startingAt: 0) + " " + numbers + fails
    }
}
