import ImageQuality

/// All verdicts on one folder of works.
struct Report: Codable {
    struct ModeReport: Codable {
        let mode: Mode
        let verdicts: [Verdict]
        /// Differing bits between the two most similar pictures.
        let closest: Int
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
            lines.append("the two most similar differ in \(mode.closest) bits of 256")
            lines += mode.failed.map { "FAILS \($0)" }
        }
        lines += ["", "controls, which must fail:", Verdict.heading]
        for control in controls {
            lines.append(control.line + (control.failed.isEmpty ? "  PASSES, BUT MUST FAIL" : ""))
        }
        return lines.joined(separator: "\n")
    }
}
