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
        @Argument(help: "What you say.") var text: String

        func run() async throws {
            try named.show(try await named.open().answer(named.number, text))
        }
    }

    struct Contest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that a reservation is wrong: a moderator looks at it.")

        @OptionGroup var options: LibraryOptions
        @Argument(help: "The reservation's number, as the refusal told it.") var number: Int
        @Argument(help: "Why it is wrong.") var text: String

        func run() async throws {
            try CasesCommand.show(
                try await options.open().rights.contest(reservation: number, text), options)
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraw what you asked for in a case.")

        @OptionGroup var named: NamedCase
        @Argument(help: "Why.") var text: String

        func run() async throws {
            try named.show(try await named.open().withdraw(named.number, text))
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
        let side = report.side == .claimant ? "who claims a right" : "whose work it is about"
        table.add("you are", side)
        if !report.title.isEmpty { table.add("work", report.title) }
        if let number = report.reservation { table.add("reservation", "\(number)") }
        if let bits = report.differingBits {
            table.add("difference", "\(bits) of 256 bits; up to 31 count as the same picture")
        }
        if let since = report.claimantSince { table.add("claimed", Formatting.moment(since)) }
        if let since = report.respondentSince {
            table.add("registered", Formatting.moment(since))
        }
        table.show()
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
            Terminal.say(words(decision))
        }
        if report.canAnswer {
            Terminal.note("To answer: atelier cases answer \(report.number) TEXT")
        }
        if report.canAppeal { Terminal.note("To appeal: atelier appeal \(report.number) TEXT") }
        if report.canWithdraw {
            Terminal.note("To withdraw: atelier cases withdraw \(report.number) TEXT")
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
        case .undo: "the decision is undone"
        case .appealDecision: "decision on the appeal"
        }
    }

    private static func words(_ decision: CaseReport.Decision) -> String {
        let whom = decision.isAboutYou ? "you" : "the other side"
        let act =
            switch decision.act {
            case .dismiss: "nothing is done"
            case .warn: "a warning to \(whom)"
            case .withholdWork: "models of \(whom) with the work get no receipts"
            case .withholdModel: "the model of \(whom) gets no receipts"
            case .requireRetrain:
                "models of \(whom) with the work get no receipts; one made without it does"
            case .confirmReservation: "the reservation is in force"
            case .refuseReservation: "the reservation is not in force"
            case .suspend: "\(whom): suspended"
            }
        var text = "Decided \(Formatting.moment(decision.time)): \(act) (\(decision.code))."
        if decision.isUndone { text += " It was undone." }
        if let until = decision.until { text += " Until \(Formatting.moment(until))." }
        if let until = decision.appealUntil {
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
    @Argument(help: "Why the decision is wrong.") var text: String

    func run() async throws {
        try named.show(try await named.open().appeal(named.number, text))
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
