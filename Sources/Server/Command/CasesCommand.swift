public import ArgumentParser
public import AtelierProtocol
import AtelierServer
import Foundation
import SignedObjects

/// `cases list | show | note | ask | decide | undo | picture | export`.
struct CasesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases", abstract: "See what somebody has to look at, and decide it.",
        discussion: """
            Nobody is punished by a case. Both sides can write; a decision takes effect at once, \
            and each side may appeal for 30 days. Another moderator settles that: `appeals decide`.
            """,
        subcommands: [
            List.self, Show.self, Note.self, Ask.self, Decide.self, Undo.self, Picture.self,
            Export.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the cases that wait for somebody, the oldest change first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Decided and ended ones, too.")
        var all = false
        @Option(help: "Only those that are so far: open, waiting, decided, appealed, final.")
        var state: CaseState?
        @Option(help: "Only these: double-spend, journal-fork, match, claim, contest.")
        var kind: CaseKind?
        @Option(help: "Only those of an account, on either side: its id, or the beginning of it.")
        var account: String?

        func run() throws {
            try Failure.reported {
                let core = try options.open()
                let account = try account.map { try IDLookup(core).account($0) }
                let cases = try core.cases.list(
                    CaseFilter(all: all, state: state, kind: kind, account: account))
                try output.show(
                    cases,
                    none: all ? "No cases." : "No case waits for somebody. --all shows the others.")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a case: both sides, what happened, what can be decided.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The case's number.")
        var id: Int64

        func run() throws {
            try Failure.reported {
                let view = CaseView(try options.open().cases.dossier(id))
                if output.json { return try Printer.json(view) }
                try Printer.lines(view.lines)
            }
        }
    }

    struct Note: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a note that moderators alone read.")

        @OptionGroup var named: NamedCase
        @Argument(help: "The note.")
        var text: String

        func run() throws {
            try named.act { core, id, moderator in
                try core.cases.note(id, text: text, as: moderator)
                try Printer.line("case \(id) has a new note")
            }
        }
    }

    struct Ask: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask one side, which may answer.")

        @OptionGroup var named: NamedCase
        @Argument(help: "Which side: claimant or respondent.")
        var side: CaseSide
        @Argument(help: "The question; that side alone reads it.")
        var text: String

        func run() throws {
            try named.act { core, id, moderator in
                try core.cases.ask(id, side, text: text, as: moderator)
                try Printer.line("case \(id) waits for the \(side.rawValue)")
            }
        }
    }

    struct Decide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide a case, with effect at once; --dry-run shows the effect before.")

        @OptionGroup var named: NamedCase
        @OptionGroup var verdict: VerdictOptions
        @Flag(help: "Show what the decision would touch, and change nothing.")
        var dryRun = false

        func run() throws {
            try named.act { core, id, moderator in
                let verdict = try self.verdict.verdict()
                let effect =
                    dryRun
                    ? try core.cases.preview(id, verdict, as: moderator)
                    : try core.cases.decide(id, verdict, as: moderator)
                try named.output.show(
                    EffectOfDecision(id, verdict.act, effect, dryRun ? .preview : .decided))
            }
        }
    }

    struct Undo: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a decision back: what it took is restored, and the case is open.")

        @OptionGroup var named: NamedCase
        @Option(help: "Words to both sides.")
        var text: String

        func run() throws {
            try named.act { core, id, moderator in
                try core.cases.undo(id, text: text, as: moderator)
                try Printer.line("case \(id) is open again; what was decided is lifted")
            }
        }
    }

    struct Picture: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the picture that a claimant gave into a file.",
            discussion: """
                The server has looked at no more than its first bytes. Open it with a program that \
                you trust with a stranger's file.
                """)

        @OptionGroup var named: NamedCase
        @Option(help: "The file to write; it must not exist.")
        var out: String

        func run() throws {
            try named.act { core, id, moderator in
                // Before it is written down that somebody has seen it.
                try EvidenceFile.checkMissing([URL(fileURLWithPath: out)])
                let picture = try core.claims.picture(ofCase: id, as: moderator)
                try EvidenceFile.write(picture.bytes, to: URL(fileURLWithPath: out))
                try Printer.line(
                    "\(out.shown): \(picture.kind.rawValue), \(picture.bytes.count) bytes")
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a case as signed evidence into a tar file, or read one back.",
            discussion: """
                The file holds the case, both registrations, what the parties stated, the orders, \
                the audit log's part with its chain, and a signed list of digests. It is never \
                sent anywhere by itself.
                """)

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The case's number.")
        var id: Int64?
        @Option(help: "The tar file to write; it must not exist.")
        var out: String?
        @Option(name: .customLong("as"), help: "The moderator who acts.")
        var moderator: String?
        @Option(help: "Read this tar file instead, and check it.")
        var verify: String?

        func validate() throws {
            guard verify != nil || id != nil && out != nil && moderator != nil else {
                throw ValidationError(
                    "Give a case with --out FILE and --as NAME, or --verify FILE.")
            }
        }

        func run() throws {
            var isSound = true
            try Failure.reported {
                let core = try options.open()
                if let verify {
                    isSound = try check(URL(fileURLWithPath: verify), core)
                } else if let id, let out, let moderator {
                    let files = try core.evidence.export(
                        id, to: URL(fileURLWithPath: out), as: moderator)
                    try Printer.line(
                        "\(out.shown): case \(id), \(Printer.count(files, "file")), signed")
                }
            }
            if !isSound { throw ExitCode.failure }
        }

        /// Shows what a file holds; whether it is as it was signed.
        private func check(_ file: URL, _ core: ServerCore) throws -> Bool {
            let report = try core.evidence.verify(file)
            if output.json {
                try Printer.json(EvidenceView(report))
            } else {
                try Printer.lines(EvidenceView(report).lines)
            }
            return report.isSound
        }
    }
}

/// `appeals list | decide`.
struct AppealsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "appeals", abstract: "See appeals, and settle those of others' decisions.",
        subcommands: [List.self, Decide.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the cases with an appeal, the oldest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported {
                try output.show(
                    try options.open().cases.list(CaseFilter(state: .appealed)),
                    none: "No appeals.")
            }
        }
    }

    struct Decide: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Uphold a decision, or put another one in its place.",
            discussion: """
                --uphold keeps it. Else --act and --code name what takes its place; `dismiss` \
                lifts it, and the case ends. Whoever decided cannot settle the appeal. Upheld, the \
                other side may still appeal, once.
                """)

        @OptionGroup var named: NamedCase
        @Flag(help: "The decision stays.")
        var uphold = false
        @Option(help: ArgumentHelp(VerdictOptions.actHelp))
        var act: CaseAct?
        @Option(help: "The policy's code, such as not-own-work.")
        var code: String?
        @Option(help: "Words to both sides.")
        var text: String
        @Option(help: "Whom it is about: claimant or respondent.")
        var side = CaseSide.respondent
        @Option(help: "The model of withhold-model, 64 digits.")
        var model: String?
        @Option(help: "When a suspension ends by itself: RFC 3339, or a time from now such as 7d.")
        var until: Until?

        func validate() throws {
            guard uphold != (act != nil), uphold || code != nil else {
                throw ValidationError("Say --uphold, or what takes its place: --act and --code.")
            }
        }

        func run() throws {
            try named.act { core, id, moderator in
                guard let act, let code else {
                    try core.cases.settleAppeal(id, with: nil, text: text, as: moderator)
                    let isFinal = try core.cases.dossier(id).state == .final
                    return try Printer.line(
                        "case \(id): the decision stays; "
                            + (isFinal ? "the case is final" : "the other side may appeal, once"))
                }
                let verdict = CaseVerdict(
                    act: act, side: side, code: code, text: text,
                    model: try model.map(VerdictOptions.digest), until: until?.moment)
                let settled = try core.cases.settleAppeal(
                    id, with: verdict, text: text, as: moderator)
                try named.output.show(
                    EffectOfDecision(
                        id, act, settled.effect,
                        .settled(lifted: settled.lifted, settled.liftedEffect)))
            }
        }
    }
}

/// What a moderator decides.
struct VerdictOptions: ParsableArguments {
    static let actHelp = """
        dismiss, warn, withhold-work, withhold-model, require-retrain, confirm-reservation, \
        refuse-reservation or suspend.
        """

    @Option(help: ArgumentHelp(actHelp))
    var act: CaseAct
    @Option(help: "Whom it is about: claimant or respondent.")
    var side = CaseSide.respondent
    @Option(help: "The policy's code, such as not-own-work.")
    var code: String
    @Option(help: "Words to both sides, or to the respondent alone with --text-to-claimant.")
    var text: String
    @Option(help: "Other words to the claimant.")
    var textToClaimant: String?
    @Option(help: "The model of withhold-model, 64 digits.")
    var model: String?
    @Option(help: "When a suspension ends by itself: RFC 3339, or a time from now such as 7d.")
    var until: Until?

    func verdict() throws -> CaseVerdict {
        CaseVerdict(
            act: act, side: side, code: code, text: text, claimantText: textToClaimant,
            model: try model.map(Self.digest), until: until?.moment)
    }

    static func digest(_ text: String) throws -> Digest {
        guard let digest = Digest(hex: text.lowercased()) else {
            throw ValidationError("--model is 64 digits of base 16: `cases show` names them.")
        }
        return digest
    }
}

/// The case that a moderator's command is about.
struct NamedCase: ParsableArguments {
    @OptionGroup var options: DataOptions
    @OptionGroup var output: OutputOptions
    @Option(
        name: .customLong("as"), help: "The moderator who acts, as `moderator list` names them.")
    var moderator: String
    @Argument(help: "The case's number.")
    var id: Int64

    /// Opens the server and acts.
    func act(_ body: (ServerCore, Int64, _ moderator: String) throws -> Void) throws {
        try Failure.reported(isAct: true) { try body(options.open(), id, moderator) }
    }
}

extension CaseState: ExpressibleByArgument {}
extension CaseKind: ExpressibleByArgument {}
extension CaseSide: ExpressibleByArgument {}
extension CaseAct: ExpressibleByArgument {}
