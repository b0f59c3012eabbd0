import Foundation
import Simulation

/// `Scripts/simulate`: many runs of the engine in a simulated world.
@main
struct Simulate {
    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            guard !options.wantsHelp else {
                print(Options.usage)
                return
            }
            let failures = await Runs(options).run()
            print("simulate: \(options.runs) runs, \(failures) failures")
            exit(failures == 0 ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n\n\(Options.usage)\n".utf8))
            exit(64)
        }
    }
}
