import Workload

/// What the content must be, as independent programs in other languages found it.
enum ReferenceDigests {
    /// What is wrong with the content that a run left, in words; empty when all is right.
    static func wrongContent(of run: RunFigures, _ options: BenchmarkOptions) -> [String] {
        var wrong: [String] = []
        for phase in ["W4", "W5", "W6"] where run[phase, "ok"] == 0 {
            if phase == "W6", withoutClocks.contains(run.engine) { continue }
            wrong.append("the replicas differ after \(phase)")
        }
        guard options.rowCount == SyncWorkload.standardRowCount else { return wrong }
        for (phase, digest) in run.digests.sorted(by: { $0.key < $1.key }) {
            if phase == "W6", withoutClocks.contains(run.engine) { continue }
            guard let right = expected(phase, options.identifiers) else { continue }
            if !right.contains(digest) {
                wrong.append("the content is not the reference's after \(phase)")
            }
        }
        return wrong
    }

    // Each side takes what the other sends, whatever is newer: where both edited, they swap.
    private static let withoutClocks: Set<String> = ["raw", "c_raw"]

    private static func expected(_ phase: String, _ ids: IdentifierKind) -> Set<String>? {
        switch (phase, ids) {
        case ("W1", .v4): ["51d15b3f39e70452"]
        case ("W2", .v4): ["ca5342b10345e317"]
        case ("W3", .v4), ("W4", .v4): ["ad1b44e2e486e70e"]
        case ("W5", .v4): ["7cfe59e6d58a3e5e"]
        // The later write wins; the second is where writing the same value counts as no write.
        case ("W6", .v4): ["9f5018e341bbc649", "9976d1ddb82592aa"]
        case ("W1", .v7): ["73da7b40bad550dd"]
        case ("W2", .v7): ["664b48839c744c72"]
        case ("W3", .v7), ("W4", .v7): ["81f1399f1dcd6ad8"]
        default: nil
        }
    }
}
