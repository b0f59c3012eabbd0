import Testing

@Suite struct RuleCheckerTests {
    // Goal: every checker catches what it is for, at the right line, and nothing else.
    // Method: small planted projects at and one past each limit.
    @Test(arguments: PlantedExample.all)
    func aCheckerFindsExactlyWhatWasPlanted(example: PlantedExample) throws {
        let rules = Rule.all.filter { $0.name.hasPrefix(example.rule) }
        try #require(rules.count == 1, "one rule begins with '\(example.rule)'")
        let found = rules.flatMap { $0.check(Project(files: example.files)) }
        #expect(found.map { "\($0.path):\($0.line)" } == example.places)
    }

    // Goal: no rule goes untested.
    // Method: each has an example in which it finds something.
    @Test(arguments: Rule.all)
    func everyRuleHasAnExampleThatBreaksIt(rule: Rule) {
        #expect(
            PlantedExample.all.contains { rule.name.hasPrefix($0.rule) && !$0.places.isEmpty })
    }

    // Goal: what looks like code inside comments and strings is not taken for code.
    // Method: each kind of comment and string, with braces and keywords inside.
    @Test(arguments: [
        "// }", "/* } /* } */ } */", "\"}\"", "\"\\\"}\"", "#\"}\"}\"#", "\"\"\"\n}\"}\n\"\"\"",
        "#/}\"/#",
    ])
    func commentsAndStringsAreBlank(text: String) {
        let lines = SourceFile(path: "A.swift", text: "a(\n\(text)\n)").codeLines
        let quotes: Set<Character> = ["\"", "#", "/"]
        #expect(lines.joined().filter { !$0.isWhitespace && !quotes.contains($0) } == "a()")
        #expect(lines.count == text.count { $0 == "\n" } + 3)
    }

    // Goal: what a string computes is code.
    // Method: a call inside a literal, with a literal of its own.
    @Test func interpolationsAreCode() {
        let file = SourceFile(path: "A.swift", text: "let a = \"b \\(c(\"d\")) e\"")
        #expect(file.codeLines == ["let a = \"  \\(c(\" \"))  \""])
    }
}
