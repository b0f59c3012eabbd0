import Foundation
import SyncEngines
import Workload

/// Runs the contenders in turn, each run in an empty folder, and reports.
struct Benchmarking {
    private let options: BenchmarkOptions

    init(_ options: BenchmarkOptions) {
        self.options = options
    }

    /// - Returns: Whether all content came out as it must.
    func run() throws -> Bool {
        if options.checksOnly { return try check() }
        let report = Report(options, runs: try measure())
        print(options.printsJSON ? try report.json() : report.text())
        return report.wrongContent.isEmpty
    }

    // In each repetition plain SQLite runs first, last and after every second contender, and the
    // others begin with another one each time: slow changes of the machine touch all alike.
    private func measure() throws -> [RunFigures] {
        let contenders = try contenderNames.map(Contender.init(named:))
        var runs: [RunFigures] = []
        for repetition in 0..<options.repetitions {
            let first = contenders.isEmpty ? 0 : repetition % contenders.count
            var order: [Contender] = [.engine(.raw)]
            for (index, contender) in (contenders[first...] + contenders[..<first]).enumerated() {
                order.append(contender)
                let isLast = index == contenders.count - 1
                if isLast || index % 2 == 1 { order.append(.engine(.raw)) }
            }
            for contender in order {
                runs.append(try runOnce(contender, repetition: repetition, place: runs.count))
            }
        }
        return runs
    }

    private var contenderNames: [String] {
        var names = options.engines.filter { $0 != EngineKind.raw.rawValue }
        if options.floorProgram != nil, !names.contains("c_raw") { names.append("c_raw") }
        if options.python != nil { names += Contender.peers.filter { !names.contains($0) } }
        return names
    }

    /// Runs what can be checked once with either kind of ids.
    private func check() throws -> Bool {
        var isRight = true
        for identifiers in IdentifierKind.allCases {
            var options = options
            options.identifiers = identifiers
            let names = [EngineKind.raw.rawValue] + contenderNames
            let runs = try names.enumerated().map { place, name in
                try Benchmarking(options).runOnce(
                    try Contender(named: name), repetition: 0, place: place)
            }
            for run in runs {
                let wrong = ReferenceDigests.wrongContent(of: run, options)
                let told = wrong.isEmpty ? "right" : wrong.joined(separator: "; ")
                print("\(identifiers.rawValue) \(run.engine): \(told)")
                isRight = isRight && wrong.isEmpty
            }
        }
        return isRight
    }

    private func runOnce(
        _ contender: Contender, repetition: Int, place: Int
    ) throws -> RunFigures {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sync-benchmark-\(ProcessInfo.processInfo.processIdentifier)")
        let parent = options.folder.map { URL(fileURLWithPath: $0) } ?? folder
        let own = parent.appending(path: "run-\(place)")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: own) }
        let started = Date()
        let lines = try contender.run(options, in: own.path)
        let seconds = Int(Date().timeIntervalSince(started))
        let note = "repetition \(repetition + 1): \(contender.name) took \(seconds) s\n"
        FileHandle.standardError.write(Data(note.utf8))
        return RunFigures(
            engine: contender.name, repetition: repetition, place: place, lines: lines)
    }
}
