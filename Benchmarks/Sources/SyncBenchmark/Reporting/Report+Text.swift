import Foundation
import SyncEngines
import Workload

extension Report {
    /// The table, then what is missed and what is wrong.
    func text() -> String {
        var table = [["phase", "raw", "goal"] + others]
        for line in lines { table.append(cells(of: line)) }
        let widths = table[0].indices.map { column in
            table.map { $0[column].count }.max() ?? 0
        }
        var text = table.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }
        text.insert(contentsOf: heading, at: 0)
        text.append("")
        text.append(verdict)
        text += wrongContent.map { "WRONG CONTENT: \($0)" }
        return text.joined(separator: "\n")
    }

    private var others: [String] { engines.filter { $0 != "raw" } }

    private var heading: [String] {
        [
            "\(options.rowCount) rows, \(options.identifiers.rawValue) ids, durability"
                + " \(options.durability.rawValue), medians of \(options.repetitions).",
            "Times are CPU time. Each engine's column: the ratio to raw of the same repetition",
            "[lowest-highest], or the figure itself where raw has none. ! misses the goal.",
            "",
        ]
    }

    private var verdict: String {
        let missed = lines.filter { $0.meetsGoal == false }.map(\.row.name)
        guard lines.contains(where: { $0.meetsGoal != nil }) else { return "No goals measured." }
        return missed.isEmpty
            ? "Every goal measured is met." : "Not met: " + missed.joined(separator: ", ") + "."
    }

    private func cells(of line: Line) -> [String] {
        let row = line.row
        let raw = line.summaries["raw"].map { Self.figure($0.value) + " " + row.unit } ?? "-"
        return [row.name, raw, goal(of: row)]
            + others.map { engine in
                guard let summary = line.summaries[engine] else { return "-" }
                let mark = engine == Self.judged && line.meetsGoal == false ? " !" : ""
                return cell(summary, row) + mark
            }
    }

    private func goal(of row: ReportRow) -> String {
        guard let goal = row.goal else { return "" }
        switch row.comparison {
        case .ratioToRaw: return String(format: "%.2f", goal)
        case .absolute: return Self.figure(goal) + " " + row.unit
        }
    }

    private func cell(_ summary: Summary, _ row: ReportRow) -> String {
        guard let ratio = summary.ratio, let low = summary.low, let high = summary.high else {
            return Self.figure(summary.value) + " " + row.unit
        }
        return String(format: "%.2f [%.2f-%.2f]", ratio, low, high)
    }

    private static func figure(_ number: Double) -> String {
        String(format: number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number)
    }
}
