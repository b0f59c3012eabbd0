extension ReportRow {
    /// Every row, in the order of the workload.
    static let all = writing + storing + catchingUp + sending + opening + scale

    private static let writing = [
        cpu("W1 bulk insert", "W1", goal: 1.15),
        cpu("W1b one-row inserts", "W1b", goal: 1.25, stretch: 1.1),
        cpu("W2 column updates", "W2", goal: 1.15),
        cpu("W3 deletes", "W3", goal: 1.0, stretch: 0.6),
        cpu("W5b one-edit transactions", "W5b", goal: 1.4, stretch: 1.15),
        ReportRow("W2 clocks folded afterwards", "ms", .absolute) { $0["W2_settle", "cpu_ms"] },
    ]

    private static let storing = [
        ReportRow("disk after W2, vacuumed", "MB", goal: 1.06, stretch: 1.0) {
            $0["W2", "size_vacuum"].map { $0 / 1e6 }
        },
        ReportRow("written in W1", "MB") { $0["W1", "wchar"].map { $0 / 1e6 } },
        ReportRow("written in W2", "MB") { $0["W2", "wchar"].map { $0 / 1e6 } },
        ReportRow("written in W5b", "MB") { $0["W5b", "wchar"].map { $0 / 1e6 } },
        ReportRow("peak memory W1-W3", "MB", goal: 1.2) { run in
            ["W1", "W1b", "W2", "W3"].compactMap { run[$0, "hwm_kb"] }.max().map { $0 / 1e3 }
        },
    ]

    private static let catchingUp = [
        cpu("W4 export", "W4_export", goal: 2),
        cpu("W4 apply", "W4_apply", goal: 1.1),
        ReportRow("W4 bytes, zstd-3", "MB", .absolute, goal: 9.6, stretch: 8.3) {
            $0["W4", "wire_zstd3"].map { $0 / 1e6 }
        },
        cpu("first sync: what is unsent is counted", "pending_count"),
        cpu("first sync: push", "join_push"),
        cpu("first sync: a device joins", "join_pull"),
        ReportRow("first sync: bytes", "MB", .absolute) { $0["join", "bytes"].map { $0 / 1e6 } },
        ReportRow("first sync: memory to push", "MB", .absolute, goal: 16) { run in
            // The server is in this process: what it keeps is not the engine's.
            guard let growth = memoryGrowth(run, "join_push") else { return nil }
            return growth - (run["join", "stored"] ?? 0) / 1e6
        },
        memoryToJoin("first sync: memory to join", "join_pull"),
        longestRead("first sync: longest read", "join"),
        cpu("a snapshot is made", "snapshot_make"),
        cpu("a device joins by it", "snapshot_pull"),
        memoryToJoin("memory to join by it", "snapshot_pull"),
        longestRead("longest read meanwhile", "snapshot"),
    ]

    private static let sending = [
        cpu("W5 apply", "W5_apply"),
        bytesAChange("W5 bytes a change", "W5", goal: 31, stretch: 17),
        ReportRow("W6 apply, both sides", "ms", goal: 1.15) { run in
            guard
                let first = run["W6_apply_a", "cpu_ms"], let second = run["W6_apply_b", "cpu_ms"]
            else { return nil }
            return first + second
        },
        bytesAChange("W6 bytes a change", "W6", goal: 29, stretch: 14),
    ]

    private static let opening = [
        cpu("W7 open and read, warm", "W7_warm", goal: 1.25, stretch: 1.1),
        cpu("W7 open and read, cold", "W7_cold"),
        ReportRow("recovery after a crash", "ms", .absolute, goal: 60, stretch: 30) {
            $0["recover", "cpu_ms"]
        },
    ]

    private static let scale =
        [2, 8, 64].flatMap(ofDevices) + [1, 5, 10].flatMap(ofHistory) + [
            ReportRow("10 years: disk, deletions forgotten", "MB", .absolute) {
                $0["history_collected", "size_vacuum"].map { $0 / 1e6 }
            }
        ]

    private static func ofDevices(_ count: Int) -> [ReportRow] {
        let phase = "devices_\(count)"
        return [
            ReportRow("\(count) devices: pull a change", "us", .absolute) {
                microseconds($0, "\(phase)_pull")
            },
            ReportRow("\(count) devices: a one-edit transaction", "us", .absolute) {
                microseconds($0, "\(phase)_edit")
            },
            ReportRow("\(count) devices: one more joins", "ms", .absolute) {
                $0["\(phase)_join", "cpu_ms"]
            },
            ReportRow("\(count) devices: disk, vacuumed", "MB", .absolute) {
                $0[phase, "size_vacuum"].map { $0 / 1e6 }
            },
        ]
    }

    private static func ofHistory(_ years: Int) -> [ReportRow] {
        let phase = "history_\(years)"
        return [
            ReportRow("\(years) years: a one-edit transaction", "us", .absolute) {
                microseconds($0, "\(phase)_edit")
            },
            ReportRow("\(years) years: a device joins", "ms", .absolute) {
                $0["\(phase)_join", "cpu_ms"]
            },
            ReportRow("\(years) years: bytes for it", "MB", .absolute) {
                $0[phase, "bytes"].map { $0 / 1e6 }
            },
            ReportRow("\(years) years: disk, vacuumed", "MB", .absolute) {
                $0[phase, "size_vacuum"].map { $0 / 1e6 }
            },
        ]
    }

    private static func memoryToJoin(_ name: String, _ phase: String) -> ReportRow {
        ReportRow(name, "MB", .absolute, goal: 16) { run in
            // SQLite's own cache fills up as it does when the rows are inserted.
            guard let growth = memoryGrowth(run, phase), let cache = memoryGrowth(run, "W1")
            else { return nil }
            return growth - cache
        }
    }

    private static func longestRead(_ name: String, _ phase: String) -> ReportRow {
        ReportRow(name, "ms", .absolute, goal: 50) { $0[phase, "longest_ms"] }
    }

    private static func memoryGrowth(_ run: RunFigures, _ phase: String) -> Double? {
        guard let peak = run[phase, "hwm_kb"], let before = run[phase, "rss_kb"] else {
            return nil
        }
        return (peak - before) * 1024 / 1e6
    }

    private static func microseconds(_ run: RunFigures, _ phase: String) -> Double? {
        guard let time = run[phase, "cpu_ms"], let count = run[phase, "ops"] else { return nil }
        return time * 1000 / count
    }

    private static func cpu(
        _ name: String, _ phase: String, goal: Double? = nil, stretch: Double? = nil
    ) -> ReportRow {
        ReportRow(name, "ms", goal: goal, stretch: stretch) { $0[phase, "cpu_ms"] }
    }

    private static func bytesAChange(
        _ name: String, _ phase: String, goal: Double, stretch: Double
    ) -> ReportRow {
        ReportRow(name, "B", .absolute, goal: goal, stretch: stretch) { run in
            guard let bytes = run[phase, "wire_zstd3"] else { return nil }
            // The floor's programs do not say how many changes: they have the standard size.
            return bytes / (run[phase, "changes"] ?? (phase == "W5" ? 1000 : 20_000))
        }
    }
}
