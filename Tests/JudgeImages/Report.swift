import Foundation
import ImageQuality

/// All verdicts on one folder of works.
struct Report: Codable {
    struct ModeReport: Codable {
        let mode: Mode
        let verdicts: [Verdict]
        /// Differing bits between the two most similar pictures.
        let closest: Int
        /// The median number of differing bits of two pictures.
        let median: Int
        let failed: [String]
    }

    var works = 0
    var modes: [ModeReport] = []
    /// Made to fail: a control without a failed gate is a fault of the gates.
    var controls: [Verdict] = []

    var isGood: Bool {
        modes.allSatisfy { $0.failed.isEmpty && $0.verdicts.allSatisfy(\.failed.isEmpty) }
            && controls.allSatisfy { !$0.failed.isEmpty }
    }

    var text: String {
        var lines: [String] = []
        for mode in modes {
            let good = mode.verdicts.filter(\.failed.isEmpty).count
            let count = mode.verdicts.count
            lines += ["", "\(mode.mode.rawValue): \(good) of \(count) keep all gates"]
            lines += [Verdict.heading] + mode.verdicts.map(\.line)
            lines.append(
                "two differ in \(mode.median) bits of 256, the most similar in \(mode.closest)")
            lines += mode.failed.map { "FAILS \($0)" }
        }
        lines += ["", "controls, which must fail:", Verdict.heading]
        for control in controls {
            lines.append(control.line + (control.failed.isEmpty ? "  PASSES, BUT MUST FAIL" : ""))
        }
        return lines.joined(separator: "\n")
    }
}

/// One picture's figures and the gates that it does not keep.
struct Verdict: Codable {
    let name: String
    let seconds: Double
    let figures: Measurements
    let failed: [String]

    static let heading =
        "picture          marks  worst  detail texture  piece  said works   top  copy  edge"
        + " forms seam  s"

    var line: String {
        let said = figures.reportedPiece.map { String(format: "%4.1f%%", $0 * 100) } ?? "    -"
        let forms = figures.forms.map { String(format: "%5.2f", $0) } ?? "    -"
        let numbers = String(
            format: "%6.2f %6.2f %6.2f %7.2f %5.1f%% %@ %5d %4.0f%% %5d %5.2f %@ %4d %4.1f",
            figures.markDistance, figures.worstMarkDistance, figures.detail, figures.texture,
            figures.piece * 100, said, figures.works, figures.topShare * 100,
            figures.copyDistance, figures.edgeRatio, forms, figures.straightSeam,
            seconds)
        let fails = failed.isEmpty ? "" : "  FAILS \(failed.joined(separator: ", "))"
        return name.padding(toLength: 15, withPad: " ", startingAt: 0) + " " + numbers + fails
    }
}
