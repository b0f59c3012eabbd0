import Testing

@Suite struct HouseRulesTests {
    // Goal: the sources obey the rules of CONTRIBUTING.md.
    // Method: every rule over every text file; each breach is an issue with its file and line.
    @Test(arguments: Rule.all)
    func theSourcesObey(rule: Rule) throws {
        for finding in rule.check(try Project.current.get()) {
            Issue.record("\(finding)")
        }
    }

    // Goal: the rules look at the real project, not at an empty folder.
    // Method: files that cannot be missing are there.
    @Test func theProjectIsFound() throws {
        let project = try Project.current.get()
        for path in ["Package.swift", "LICENSE", "Tests/HouseRules/HouseRulesTests.swift"] {
            #expect(project.file(path) != nil, "\(path)")
        }
        #expect(project.swiftFiles.count > 50)
    }
}
