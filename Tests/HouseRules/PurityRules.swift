/// Where time, randomness and the outer world may not be touched.
enum PurityRules {
    static let all = [
        Rule("the cores read no clock, no randomness, no files", inCodeWhere: isCore) { line in
            Words.first(of: outerWorld, in: line)
                .map { "'\($0)' in a pure core: the caller passes it in." }
        },
        Rule("tests do not sleep", inCodeWhere: \.isTest) { line in
            Words.first(of: sleeping, in: line)
                .map { "'\($0)' in a test: wait for the event itself." }
        },
    ]

    private static let sleeping = [
        "sleep(", "usleep(", "nanosleep(", "Thread.sleep", "Task.sleep", "sleep(for", "sleep(until",
        "asyncAfter(",
    ]

    private static let outerWorld =
        sleeping + [
            "Date()", "Date.now", "UUID()", "await", "ContinuousClock", "SuspendingClock",
            "DispatchTime", "SystemRandomNumberGenerator", "FileManager", "FileHandle",
            "Data(contentsOf:", "String(contentsOf", "random(in:", "randomElement()", "shuffled()",
            "shuffle()", "ProcessInfo", "getenv(", "clock_gettime(", "time(nil)",
        ]

    /// The thin shells that stand beside the core they drive.
    private static let shells: Set<String> = ["Sources/SyncKit/Session/Synchronizer.swift"]

    /// Values in, values out. The journal is a file by its nature, so it is not here.
    private static func isCore(_ file: SourceFile) -> Bool {
        !shells.contains(file.path)
            && file.isUnder([
                "Sources/SyncKit/Clock", "Sources/SyncKit/Changes", "Sources/SyncKit/Session",
                "Sources/CreditLedger/Server", "Sources/CreditLedger/Device",
                "Sources/CreditLedger/Objects", "Sources/CreditLedger/Exchange",
                "Sources/AtelierProtocol", "Sources/Fingerprints",
            ])
    }
}
