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
                    ReservationView($0, $0.holder.flatMap { listing.holders[$0] })
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
            abstract: "Put reservations on the list that every client checks.")

        @OptionGroup var named: NamedReservations

        func run() throws { try named.decide(confirming: true) }
    }

    struct Refuse: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse reservations: they stop nobody.")

        @OptionGroup var named: NamedReservations

        func run() throws { try named.decide(confirming: false) }
    }
}

/// The reservations that a moderator decides about.
struct NamedReservations: ParsableArguments {
    @OptionGroup var options: DataOptions
    @Option(
        name: .customLong("as"), help: "The moderator who acts, as `moderator list` names them.")
    var moderator: String
    @Option(help: "Words to who asked for them.")
    var text = ""
    @Argument(help: "Their numbers.")
    var numbers: [Int64]

    func decide(confirming: Bool) throws {
        try Failure.reported(isAct: true) {
            try options.open().reservations.decide(
                numbers, confirming: confirming, text: text, as: moderator)
            try Printer.line(
                "\(Printer.count(numbers.count, "reservation")) "
                    + (confirming
                        ? "confirmed; clients refuse near works from their next sync on"
                        : "refused"))
        }
    }
}

/// `rights list`.
struct RightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights", abstract: "See what people without an account asked for.",
        subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show claims, newest first; their cases: `cases list --kind claim`.")

        @OptionGroup var options: DataOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try Failure.reported {
                let claims = try options.open().claims.list().map(CaseView.Claim.init)
                if output.json { return try Printer.json(["claims": claims]) }
                try Printer.list(
                    claims.map { "\($0.line), \($0.opened.time.rfc3339)" }, none: "No claims.")
            }
        }
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
    let contact, link: String?
    let requested, changed: Moment
    let text: String

    init(_ record: ReservationRecord, _ holder: HolderRequest?) {
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
        let who =
            account.map { "account \($0)" } ?? "\((contact ?? "").shown) \((link ?? "").shown)"
        return "\(number)  \(state.rawValue)  quality \(quality)  \(requested.time.rfc3339)  \(who)"
    }
}
