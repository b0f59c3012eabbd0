import ArgumentParser
import AtelierProtocol
import AtelierServer
import SignedObjects

/// `reservations list | confirm | refuse`.
struct ReservationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reservations",
        abstract: "See and confirm what nobody else may train on.",
        subcommands: [List.self, Confirm.self, Refuse.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show reservations that wait for a moderator, oldest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Confirmed, refused and withdrawn ones, too.")
        var all = false

        func run() throws {
            try Failure.reported {
                let listing = try options.open().reservations.list(all ? nil : .pending)
                let views = listing.reservations.map {
                    ReservationView(
                        $0, $0.holder.flatMap { listing.holders[$0] },
                        listing.cases[$0.number] ?? [])
                }
                if output.json {
                    return try Printer.json(
                        ReservationsView(reservations: views, serial: listing.last))
                }
                try Printer.list(
                    views.map(\.line),
                    none: all ? "No reservations." : "None waits. --all shows the others.")
                Printer.note("the list's serial is \(listing.last)")
            }
        }
    }

    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put reservations on the list that every client checks.",
            discussion: """
                One that is in a case that goes on, or that was decided against it, is refused: \
                decide there, or name the case by --despite-case.
                """)

        @OptionGroup var named: NamedReservations
        @Argument(help: "Their numbers.")
        var numbers: [Int64]
        @Option(help: "A case that does not stand in the way; for each of them.")
        var despiteCase: [Int64] = []

        func run() throws {
            try named.decide(numbers, confirming: true, despite: Set(despiteCase))
        }
    }

    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse reservations, or take some off the list: they stop nobody.")

        @OptionGroup var named: NamedReservations
        @Argument(help: "Their numbers.")
        var numbers: [Int64] = []
        @Option(help: "All that wait of a holder without an account, as `reservations list` names.")
        var holder: [Int64] = []

        func validate() throws {
            guard !numbers.isEmpty || !holder.isEmpty else {
                throw ValidationError("Name reservations, or a --holder.")
            }
        }

        func run() throws {
            try named.decide(numbers, ofHolders: holder, confirming: false)
        }
    }
}

/// Who decides about reservations, and in what words.
struct NamedReservations: ParsableArguments {
    @OptionGroup var options: DataOptions
    @Option(
        name: .customLong("as"), help: "The moderator who acts, as `moderator list` names them.")
    var moderator: String
    @Option(help: "Words to who asked for them.")
    var text = ""

    func decide(
        _ numbers: [Int64], ofHolders holders: [Int64] = [], confirming: Bool,
        despite: Set<Int64> = []
    ) throws {
        try Failure.reported(isAct: true) {
            let reservations = try options.open().reservations
            let waiting = try holders.flatMap { try reservations.waiting(ofHolder: $0) }
            let all = Set(numbers + waiting).sorted()
            try reservations.decide(
                all, confirming: confirming, text: text, despite: despite, as: moderator)
            try Printer.line(
                "\(Printer.count(all.count, "reservation")) "
                    + (confirming
                        ? "confirmed; clients refuse near works from their next sync on"
                        : "refused"))
        }
    }
}

/// `rights list | show`.
struct RightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights", abstract: "See what people without an account asked for.",
        subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show claims with their cases, newest first.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported {
                let claims = try options.open().claims.list().map(ClaimView.init)
                if output.json { return try Printer.json(["claims": claims]) }
                try Printer.list(claims.map(\.line), none: "No claims.")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a claim: what its claimant says, and its cases.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The claim's number.")
        var id: Int64

        func run() throws {
            try Failure.reported {
                let view = ClaimView(try options.open().claims.show(id))
                if output.json { return try Printer.json(view) }
                try Printer.lines(view.lines)
            }
        }
    }
}

/// A claim with its cases in output.
private struct ClaimView: Encodable {
    let claim: CaseView.Claim
    let cases: [CaseLine]

    init(_ claim: ClaimWithCases) {
        self.claim = CaseView.Claim(claim.claim)
        cases = claim.cases.map(CaseLine.init)
    }

    var line: String {
        let numbers = cases.map { "\($0.id) \($0.state.rawValue)" }.joined(separator: ", ")
        return "\(claim.line), \(claim.opened.time.toTheMinute), "
            + (cases.isEmpty ? "no case" : "\(cases.count == 1 ? "case" : "cases") \(numbers)")
    }

    var lines: [String] {
        [
            claim.line, "made       \(claim.opened.time.rfc3339)",
            "statement  \(claim.statement.shown)",
        ]
            + cases.map { "case       \($0.line)" }
    }
}

/// Reservations in JSON output.
private struct ReservationsView: Encodable {
    let reservations: [ReservationView]
    let serial: Int64
}

/// A reservation in output.
private struct ReservationView: Encodable {
    let number: Int64
    let state: ReservationState
    let account: AccountID?
    let work: Digest?
    let fingerprint: String
    let quality: Int
    let holder: Int64?
    let contact, link: String?
    let requested, changed: Moment
    let text: String
    let isHeld: Bool
    let cases: [ReservationCase]

    init(_ record: ReservationRecord, _ holder: HolderRequest?, _ cases: [ReservationCase]) {
        (self.holder, self.cases, isHeld) = (record.holder, cases, record.isHeld)
        (number, state, account, work) = (
            record.number, record.state, record.account, record.work
        )
        (fingerprint, quality, text) = (
            "\(record.fingerprint)", record.quality, record.words
        )
        (contact, link) = (holder?.contact, holder?.link)
        requested = Moment(record.requested)
        changed = Moment(record.changed)
    }

    var line: String {
        let reached = [contact, link].compactMap { $0 }.filter { !$0.isEmpty }.map(\.shown)
        let who =
            account.map { "account \($0)" }
            ?? "holder \(holder ?? 0): "
            + (reached.isEmpty ? "contact deleted" : reached.joined(separator: ", "))
        let held = isHeld ? ", off the list: its account is suspended" : ""
        return "\(number)  \(state.rawValue)\(held)  quality \(quality)  "
            + "\(requested.time.toTheMinute)  \(who)"
            + cases.map { "  \($0.line)" }.joined()
    }
}
