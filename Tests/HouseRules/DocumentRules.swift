/// What documents and scripts promise to readers.
enum DocumentRules {
    static let all = [
        Rule("nothing is left undone in the text") { project in
            lines(of: project.files) { line in
                Words.first(of: unfinished, in: line)
                    .map { "'\($0)': do it, or write it into an issue." }
            }
        },
        Rule("no path of one machine is written down") { project in
            lines(of: project.files) { line in
                machineFolders.first { containsPath($0, in: line) }
                    .map { "'\($0)' exists on somebody's machine only." }
            }
        },
        Rule("scripts are executable, and only scripts") { project in
            project.files.compactMap(wrongMode) + missingCommands(in: project)
        },
        Rule("links between documents lead somewhere") { project in
            project.files.filter { $0.path.hasSuffix(".md") }.flatMap {
                brokenLinks(in: $0, of: project)
            }
        },
        Rule("the commands of the README exist") { project in
            ReadmeCommands.findings(in: project)
        },
        Rule("the tests that documents name exist") { project in
            let tests = project.swiftFiles.filter(\.isTest)
            return lines(of: project.files.filter { $0.path.hasSuffix(".md") }) { line in
                namedTests(in: line).first { name in !tests.contains { $0.holdsTest(name) } }
                    .map { "There is no test '\($0.joined(separator: "."))'." }
            }
        },
    ]

    /// Spelt in halves, as these files are checked too.
    private static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    private static let machineFolders = [
        "/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/tmp" + "/pk",
    ]

    private static func lines(
        of files: [SourceFile], message: (Substring) -> String?
    ) -> [Finding] {
        files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                message(line).map { Finding(path: file.path, line: index + 1, message: $0) }
            }
        }
    }

    /// Only where the path begins there: `docs/work/` is somebody's relative path.
    private static func containsPath(_ folder: String, in line: Substring) -> Bool {
        line.ranges(of: folder).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !Words.isPartOfName(before) && !".-~/}".contains(before)
        }
    }

    /// What stands as `SuiteTests.name` or `TargetTests.SuiteTests.name` in backticks.
    private static func namedTests(in line: Substring) -> [[Substring]] {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }
            .map { $0.element.split(separator: ".", omittingEmptySubsequences: false) }
            .filter { parts in
                parts.count > 1 && parts.dropLast().allSatisfy { $0.hasSuffix("Tests") }
                    && parts[parts.count - 1].first?.isLowercase == true
            }
    }

    private static func wrongMode(_ file: SourceFile) -> Finding? {
        let isScript = file.lines.first?.hasPrefix("#!") == true
        guard isScript != file.isExecutable else { return nil }
        let message = isScript ? "A script that cannot be run." : "Executable, but no script."
        return Finding(path: file.path, line: 0, message: message)
    }

    private static func missingCommands(in project: Project) -> [Finding] {
        ["run-tests", "atelier-demo", "Scripts/setup", ".ci/run"]
            .filter { project.file($0) == nil }
            .map { Finding(path: $0, line: 0, message: "This command is missing.") }
    }

    private static func brokenLinks(in file: SourceFile, of project: Project) -> [Finding] {
        let folder = file.path.split(separator: "/").dropLast()
        return file.lines.enumerated().flatMap { index, line in
            links(in: line).compactMap { link in
                guard
                    let path = resolve(link, from: folder.map(String.init)),
                    !path.isEmpty, !project.containsPath(path)
                else { return nil }
                let message = "'\(link)' leads nowhere."
                return Finding(path: file.path, line: index + 1, message: message)
            }
        }
    }

    /// The targets of `[text](target)` that stay inside the project.
    private static func links(in line: Substring) -> [Substring] {
        line.ranges(of: "](").compactMap { range in
            let target = line[range.upperBound...].prefix { $0 != ")" && $0 != "#" }
            return target.contains(":") ? nil : target
        }
    }

    /// Nil for a path that leaves the project.
    private static func resolve(_ link: Substring, from folder: [String]) -> String? {
        guard !link.isEmpty else { return "" }
        var parts = folder
        for part in link.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(String(part))
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}

extension SourceFile {
    /// Whether the file has the test of a name such as `SuiteTests.name`.
    fileprivate func holdsTest(_ name: [Substring]) -> Bool {
        guard let test = name.last, let suite = name.dropLast().last else { return false }
        let isNamed = name.count < 3 || path.hasPrefix("Tests/\(name[0])/")
        return isNamed && lines.contains { $0.contains("func \(test)(") }
            && lines.contains { $0.contains(" \(suite)") }
    }
}
