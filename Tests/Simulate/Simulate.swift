import Foundation
import Simulation

/// `Scripts/simulate`: many runs of the engine in a simulated world.
@main
struct Simulate {
    static func main() async {
        ScriptRunner.prepare()
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            guard !options.wantsHelp else { return print(Options.usage) }
            let failures =
                min(options.jobs, options.runs) > 1
                ? try Parts(options).run() : await Runs(options).run()
            print("simulate: \(options.runs) runs, \(failures) failures")
            exit(failures == 0 ? 0 : 1)
        } catch let mistake as Options.Mistake {
            end("\(mistake)\n\n\(Options.usage)", code: 64)
        } catch {
            end("simulate: \(error)", code: 70)
        }
    }

    private static func end(_ text: String, code: Int32) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(code)
    }
}
