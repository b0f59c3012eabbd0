import Foundation
import SyncEngines
import Workload

extension Report {
    /// Everything: the settings, each row with medians, and every run's figures.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let document = Document(
            rows: options.rowCount, ids: options.identifiers.rawValue,
            durability: options.durability.rawValue, repetitions: options.repetitions,
            table: lines.map(Document.Row.init), wrongContent: wrongContent, runs: runs)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Row: Encodable {
            let name: String
            let unit: String
            let isRatio: Bool
            let goal: Double?
            let stretch: Double?
            let meetsGoal: Bool?
            let engines: [String: Summary]

            init(_ line: Line) {
                name = line.row.name
                unit = line.row.unit
                isRatio = line.row.comparison == .ratioToRaw
                goal = line.row.goal
                stretch = line.row.stretch
                meetsGoal = line.meetsGoal
                engines = line.summaries
            }
        }

        let rows: Int
        let ids: String
        let durability: String
        let repetitions: Int
        let table: [Row]
        let wrongContent: [String]
        let runs: [RunFigures]
    }
}
