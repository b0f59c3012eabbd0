import Foundation

/// All cases, each in a process of its own, as a table or as JSON.
enum ImageReport {
    static func run(_ options: ImageOptions) throws {
        var lines: [DrawingLine] = []
        for drawing in options.cases {
            let runs = try (0..<options.repetitions).map { _ in try measured(drawing) }
            let line = median(runs)
            FileHandle.standardError.write(Data((text(line) + "\n").utf8))
            lines.append(line)
        }
        guard !options.isJSON else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(["cases": lines]), as: UTF8.self))
            return
        }
        print("case           CPU s  goal  wall s  floor s  ratio  peak MiB  pause ms")
        for line in lines { print(text(line)) }
        for line in growth(lines) { print(line) }
    }

    private static func text(_ line: DrawingLine) -> String {
        let goal = line.goalSeconds.map { String(format: "%5.0f", $0) } ?? "    -"
        return line.name.padding(toLength: 13, withPad: " ", startingAt: 0)
            + String(
                format: " %6.2f %@ %7.2f %8.2f %6.2f %9.0f %9.0f", line.cpuSeconds, goal,
                line.wallSeconds, line.floorSeconds, line.ratio, line.peakMebibytes,
                line.longestPauseMilliseconds)
    }

    /// How the cost grows with the works: an exponent of 1 would be in proportion.
    private static func growth(_ lines: [DrawingLine]) -> [String] {
        func seconds(_ name: String) -> Double? { lines.first { $0.name == name }?.cpuSeconds }
        guard let few = seconds("works4"), let many = seconds("works36") else { return [] }
        let exponent = log(many / few) / log(9)
        return [String(format: "cost grows as works to the power of %.2f (4 to 36)", exponent)]
    }

    /// Runs this program again for one case.
    private static func measured(_ drawing: DrawingCase) throws -> DrawingLine {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = ["--single", drawing.name]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(DrawingLine.self, from: bytes)
    }

    private static func median(_ runs: [DrawingLine]) -> DrawingLine {
        var line = runs[0]
        func middle(_ value: (DrawingLine) -> Double) -> Double {
            runs.map(value).sorted()[runs.count / 2]
        }
        line.cpuSeconds = middle(\.cpuSeconds)
        line.wallSeconds = middle(\.wallSeconds)
        line.floorSeconds = middle(\.floorSeconds)
        line.peakMebibytes = middle(\.peakMebibytes)
        line.longestPauseMilliseconds = middle(\.longestPauseMilliseconds)
        return line
    }
}
