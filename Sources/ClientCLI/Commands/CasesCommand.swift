import ArgumentParser
import AtelierLibrary
import AtelierProtocol

/// What others say of the account's works, and it of theirs.
struct CasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases",
        abstract: "List and show cases; answer in one; contest a reservation.",
        discussion: "A case has two sides and a moderator. The list is that of the last sync.",
        subcommands: [List.self, Show.self, Answer.self, Contest.self, Withdraw.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them; offline.")

        @OptionGroup var options: LibraryOptions

        func run() throws {
            let cases = try options.open().rights.cases()
            if options.json { return try JSONOutput.show(["cases": cases]) }
            var table = Table()
            for entry in cases {
                table.add(
                    "\(entry.number)", CasesCommand.words(entry.kind),
                    entry.waitsForYou ? "waits for your answer" : CasesCommand.words(entry.state),
                    entry.title, Formatting.moment(entry.openedAt))
            }
            table.show()
            if cases.isEmpty { Terminal.note("No cases.") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one with everything that was written; offline.")

        @OptionGroup var named: NamedCase

        func run() throws {
            try named.show(try named.open().caseReport(named.number))
        }
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write in a case; moderators and the other side read it.")

        @OptionGroup var named: NamedCase
        @OptionGroup var words: WordsArgument

        func run() async throws {
            try named.show(try await named.open().answer(named.number, try words.words()))
        }
    }

    struct Contest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a reservation is wrong: a moderator looks at it.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The reservation's number, as the refusal told it.") var number: Int
        @OptionGroup var words: WordsArgument

        func run() async throws {
            try CasesCommand.show(
                try await options.open().rights.contest(
                    reservation: number, try words.words()), options)
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraw what you asked for in a case.")

        @OptionGroup var named: NamedCase
        @OptionGroup var words: WordsArgument

        func run() async throws {
            try named.show(try await named.open().withdraw(named.number, try words.words()))
        }
    }

    /// One line about a case.
    static func summary(_ entry: CaseReport) -> String {
        let what = entry.waitsForYou ? "waits for your answer" : words(entry.state)
        return "case \(entry.number) (\(words(entry.kind))): \(what). See: atelier cases show "
            + "\(entry.number)"
    }

    /// Prints a case, as one object or as a table.
    static func show(_ report: CaseReport, _ options: LibraryOptions) throws {
        if options.json { return try JSONOutput.show(report) }
        tell(report)
    }

    private static func tell(_ report: CaseReport) {
        var table = Table()
        table.add("case", "\(report.number): \(words(report.kind))")
        table.add("state", report.waitsForYou ? "waits for your answer" : words(report.state))
        table.add("you are", words(report.side, in: report))
        if !report.title.isEmpty { table.add("work", report.title) }
        if let number = report.reservation { table.add("reservation", "\(number)") }
        if let bits = report.differingBits {
            table.add("difference", "\(bits) of 256 bits; up to 31 count as the same picture")
        }
        for side in [CaseSide.claimant, .respondent] {
            let since = side == .claimant ? report.claimantSince : report.respondentSince
            guard let since else { continue }
            let who = side == report.side ? "you" : "the other side"
            table.add(
                "\(who) \(words(actOf: side, in: report.kind))", Formatting.second(since))
        }
        table.show()
        if !report.opening.isEmpty {
            Terminal.say("")
            Terminal.say(report.opening)
        }
        if let number = report.waitingReservation {
            Terminal.say("")
            Terminal.say("Your reservation \(number) of it waits for the decision in this case.")
        }
        for letter in report.letters {
            Terminal.say("")
            Terminal.say(
                "\(Formatting.moment(letter.time)), \(letter.from) (\(words(letter.kind))):")
            // Indented: no line of a letter can be taken for one of the program's.
            for line in letter.text.split(separator: "\n", omittingEmptySubsequences: false) {
                Terminal.say("    \(line)")
            }
        }
        if let decision = report.decision {
            Terminal.say("")
            Terminal.say(words(decision, canAppeal: report.canAppeal))
        }
        if report.canAnswer {
            Terminal.note("To answer: atelier cases answer \(report.number) TEXT")
        }
        if report.canAppeal { Terminal.note("To appeal: atelier appeal \(report.number) TEXT") }
        if report.canWithdraw {
            let what = report.state == .appealed ? "To withdraw your appeal" : "To withdraw"
            Terminal.note("\(what): atelier cases withdraw \(report.number) TEXT")
        }
    }

    private static func words(_ side: CaseSide, in report: CaseReport) -> String {
        switch (report.kind, side) {
        case (.match, _): "one of two who have such a work"
        case (.claim, .claimant): "who claims the picture"
        case (.contest, .claimant): "who says that the reservation is wrong"
        case (.contest, .respondent): "whose reservation it is"
        case (.doubleSpend, _), (.journalFork, _), (.restored, _): "whose account it is about"
        case (.claim, .respondent): "whose work it is about"
        }
    }

    /// What a side did at the time that is told of it.
    private static func words(actOf side: CaseSide, in kind: CaseKind) -> String {
        switch (kind, side) {
        case (.claim, .claimant): "claimed"
        case (.contest, .claimant): "contested"
        case (.contest, .respondent): "reserved"
        case (.match, _), (.claim, .respondent), (.doubleSpend, _), (.journalFork, _),
            (.restored, _):
            "registered or reserved"
        }
    }

    private static func words(_ kind: CaseKind) -> String {
        switch kind {
        case .doubleSpend: "one credit was used for two generations"
        case .journalFork: "two generations have one number in a device's journal"
        case .match: "two accounts have works that look alike"
        case .claim: "somebody claims a picture"
        case .contest: "a reservation is contested"
        case .restored: "the server had lost this decision"
        }
    }

    private static func words(_ state: CaseState) -> String {
        switch state {
        case .open: "a moderator will look at it"
        case .waiting: "waits for the other side"
        case .decided: "decided"
        case .appealed: "appealed; another moderator decides"
        case .final: "closed"
        }
    }

    private static func words(_ kind: CaseLetter.Kind) -> String {
        switch kind {
        case .statement: "statement"
        case .question: "question"
        case .answer: "answer"
        case .appeal: "appeal"
        case .withdrawal: "withdrawal"
        case .decision: "decision"
        case .undo: "the decision was taken back"
        case .appealDecision: "decision on the appeal"
        }
    }

    private static func words(_ decision: CaseReport.Decision, canAppeal: Bool) -> String {
        let isYours = decision.isAboutYou
        let models = isYours ? "your models" : "models of the other side"
        let model = isYours ? "your model" : "a model of the other side"
        let whom = isYours ? "you" : "the other side"
        let act =
            switch decision.act {
            case .dismiss: "nothing is done"
            case .warn: "a warning to \(whom)"
            case .withholdWork: "\(models) that learned from the work get no receipts"
            case .withholdModel: "\(model) gets no receipts"
            case .requireRetrain:
                "\(models) that learned from the work get no receipts; one trained without it does"
            case .confirmReservation: "the reservation is in force"
            case .refuseReservation: "the reservation is not in force"
            case .suspend: isYours ? "your account is suspended" : "the other side is suspended"
            }
        var text = "Decided \(Formatting.moment(decision.time)): \(act) (\(decision.code))."
        if decision.isUndone { text += " The decision was taken back." }
        if let until = decision.until { text += " Until \(Formatting.moment(until))." }
        if canAppeal, let until = decision.appealUntil {
            text += " An appeal is possible until \(Formatting.moment(until))."
        }
        return text
    }
}

/// Appeals against a decision.
struct AppealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "appeal",
        abstract: "Appeal against a decision in a case; another moderator decides.")

    @OptionGroup var named: NamedCase
    @OptionGroup var words: WordsArgument

    func run() async throws {
        try named.show(try await named.open().appeal(named.number, try words.words()))
    }
}

/// The case that a command is about.
struct NamedCase: ParsableArguments {
    @OptionGroup var options: LibraryOptions
    @Argument(help: "The case's number.") var number: Int

    /// The cases of the library.
    func open() throws -> RightsService { try options.open().rights }

    /// Prints the case.
    func show(_ report: CaseReport) throws { try CasesCommand.show(report, options) }
}
