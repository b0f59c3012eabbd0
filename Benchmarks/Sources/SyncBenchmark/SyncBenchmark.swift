import Foundation
import SyncEngines

/// Measures sync engines on the workload; see `--help`.
@main
struct SyncBenchmark {
    static func main() async throws {
        do {
            let options = try BenchmarkOptions(Array(CommandLine.arguments.dropFirst()))
            if options.showsHelp {
                print(help)
            } else if let engine = options.singleEngine, let folder = options.folder {
                try await runSingle(options, engine, in: folder)
            } else {
                exit(try Benchmarking(options).run() ? 0 : 1)
            }
        } catch let mistake as BenchmarkOptions.Mistake {
            FileHandle.standardError.write(Data("\(mistake). See --help.\n".utf8))
            exit(64)
        } catch {
            FileHandle.standardError.write(Data("sync-benchmark: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func runSingle(
        _ options: BenchmarkOptions, _ engine: EngineKind, in folder: String
    ) async throws {
        let encoder = JSONEncoder()
        try await EngineRun(options, kind: engine, folder: folder) { line in
            FileHandle.standardOutput.write(try encoder.encode(line) + Data("\n".utf8))
        }.run()
    }

    private static var help: String {
        let engines = EngineKind.allCases.map {
            "  \($0.rawValue)" + String(repeating: " ", count: 22 - $0.rawValue.count) + $0.summary
        }.joined(separator: "\n")
        let phases = Phase.allCases.map(\.rawValue).joined(separator: " ")
        return """
            Usage: Scripts/benchmark sync [options]

            Runs the workload on sync engines in turn, each in a process of its own, and prints
            each phase's CPU time as a ratio to plain SQLite in the same run.

              --json             everything as JSON instead of a table
              --check            only check that the workload and the engines give the right rows
              --reps N           repetitions, of which medians are shown (5)
              --engines A,B      which engines (synckit,synckit_grdb,grdb); names below
              --phases W5,W5b    which phases besides W1 to W3, which always run; all but the last
                                 two without: \(phases)
              --scale ROWS       rows of the bulk insert (100000)
              --ids v4|v7        random or time-ordered ids (v4)
              --durability normal|full   what survives a power cut (normal)
              --folder PATH      where databases are made (the temporary folder)
              --floor PATH       sources of the C program with the same workload; its engines are
                                 then known as c_NAME, and c_raw is measured too
              --peers            also pycrdt and loro, through the floor's Python script

            Engines:
            \(engines)
            """
    }
}
