import Foundation

/// `Scripts/image-quality`: draws with a folder of works, and says how good the pictures are.
@main
struct JudgeImages {
    static func main() {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            guard !options.wantsHelp else {
                print(Options.usage)
                return
            }
            if options.mode == "figure" {
                let report = try FigureJudging(options).run()
                print(options.isJSON ? try report.json() : report.text)
                exit(report.isGood ? 0 : 1)
            }
            if options.drawsDrafts {
                return try Judging(options).drawDrafts()
            }
            if options.onlyDraws {
                return try Judging(options).draw()
            }
            let report = try Judging(options).run()
            if options.isJSON {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            } else {
                print(report.text)
            }
            exit(report.isGood ? 0 : 1)
        } catch let mistake as Options.Mistake {
            FileHandle.standardError.write(Data("\(mistake)\n\n\(Options.usage)\n".utf8))
            exit(64)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }
}
