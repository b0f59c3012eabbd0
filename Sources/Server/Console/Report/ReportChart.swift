import AtelierServer
import SignedObjects

/// The cases of each month as bars, in SVG that needs no style.
struct ReportChart {
    let reports: [ServiceReport]

    private static let height = 120
    private static let step = 40

    /// Bars with the number above, in a view of 40 units a month and 160 of height.
    var values: [String: Any] {
        let counts = reports.map { $0.cases.values.reduce(0, +) }
        let most = max(1, counts.max() ?? 1)
        let bars = zip(reports, counts).enumerated().map { index, month in
            let height = month.1 * Self.height / most
            return [
                "x": String(index * Self.step + 6), "y": String(20 + Self.height - height),
                "height": String(height), "middle": String(index * Self.step + Self.step / 2),
                "above": String(14 + Self.height - height), "count": String(month.1),
                "month": String(month.0.from.rfc3339.dropFirst(5).prefix(2)),
            ]
        }
        return ["bars": bars, "width": String(max(1, reports.count) * Self.step)]
    }
}
