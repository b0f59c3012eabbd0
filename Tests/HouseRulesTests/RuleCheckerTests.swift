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
        "\"\\(a(\"}\") + \"}\")}\"", "#/}\"/#",
    ])
    func commentsAndStringsAreBlank(text: String) {
        let masked = String(decoding: SwiftMask.mask(Array("a\(text)\nb".utf8)), as: UTF8.self)
        #expect(masked.filter { !$0.isWhitespace } == "ab")
        #expect(masked.utf8.count == text.utf8.count + 3)
    }
}
