/// How long things may get.
enum SizeRules {
    static let lineLimit = 100
    static let functionLimit = 70
    static let fileLimit = 500

    static let all = [
        Rule("no line is over 100 columns") { project in
            project.files.filter(isCode).flatMap { file in
                file.lines.enumerated().compactMap { index, line in
                    guard line.count > lineLimit else { return nil }
                    let message = "\(line.count) columns; at most \(lineLimit)."
                    return Finding(path: file.path, line: index + 1, message: message)
                }
            }
        },
        Rule("no function is over 70 lines") { project in
            project.swiftFiles.flatMap { file in
                FunctionLengths.measure(file.code).compactMap { function in
                    guard function.lineCount > functionLimit else { return nil }
                    let message =
                        "'\(function.name)' has \(function.lineCount) lines; "
                        + "at most \(functionLimit)."
                    return Finding(path: file.path, line: function.line, message: message)
                }
            }
        },
        Rule("no file is over 500 lines") { project in
            project.files.filter(isCode).compactMap { file in
                let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
                guard count > fileLimit else { return nil }
                let message = "\(count) lines; at most \(fileLimit). Which idea can move out?"
                return Finding(path: file.path, line: 0, message: message)
            }
        },
    ]

    private static func isCode(_ file: SourceFile) -> Bool {
        file.isSwift || [".c", ".h", ".py"].contains { file.path.hasSuffix($0) }
            || file.lines.first?.hasPrefix("#!") == true
    }
}
