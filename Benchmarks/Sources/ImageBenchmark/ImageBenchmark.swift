import Foundation

/// Measures drawing; see `--help`.
@main
struct ImageBenchmark {
    static func main() throws {
        do {
            let options = try ImageOptions(CommandLine.arguments.dropFirst())
            if options.showsHelp {
                print(ImageOptions.help)
            } else if options.measuresSigning {
                try SigningRun.report(isJSON: options.isJSON, repetitions: options.repetitions)
            } else if let name = options.single {
                guard let drawing = DrawingCase.all.first(where: { $0.name == name }) else {
                    throw ImageOptions.Mistake(description: "'\(name)' is no case")
                }
                let line = try DrawingRun(drawing).line()
                FileHandle.standardOutput.write(try JSONEncoder().encode(line))
            } else {
                try ImageReport.run(options)
            }
        } catch let mistake as ImageOptions.Mistake {
            FileHandle.standardError.write(Data("\(mistake). See --help.\n".utf8))
            exit(64)
        }
    }
}
