import AtelierProtocol
import AtelierServer
import CreditLedger
import SignedObjects

extension OutputOptions {
    /// Shows cases in a list.
    func show(_ cases: [CaseSummary], none: String) throws {
        if json { return try Printer.json(["cases": cases.map(CaseLine.init)]) }
        try Printer.list(cases.map { CaseLine($0).line }, none: none)
        if cases.count == Limits.listedRows {
            Printer.note(
                "These are the first \(cases.count). --kind, --state and --account narrow it.")
        }
    }

    /// Shows what a decision does.
    func show(_ effect: EffectOfDecision) throws {
        if json { return try Printer.json(effect) }
        try Printer.lines(effect.lines)
    }
}

/// One side of a case in output.
struct PartyView: Encodable {
    let kind: CaseParty.Kind
    let id: Int64
    let account: AccountID?
    let work: Digest?
    let since: Moment

    init?(_ party: CaseParty?) {
        guard let party else { return nil }
        (kind, id, account, work) = (party.kind, party.id, party.account, party.work)
        since = Moment(party.since)
    }

    var line: String {
        let what = kind == .account ? "account" : "\(kind.rawValue) \(id)"
        let who = account.map { kind == .account ? " \($0)" : " of \($0)" } ?? ", no account"
        return "\(what)\(who), \(since.time.rfc3339)\(work.map { ", work \($0)" } ?? "")"
    }
}

/// A case in a list.
struct CaseLine: Encodable {
    let id: Int64
    let kind: CaseKind
    let state: CaseState
    let waitsFor: CaseSide?
    let claimant, respondent: PartyView?
    let distance: Int?
    let opened, changed: Moment

    init(_ summary: CaseSummary) {
        let record = summary.record
        (id, kind, distance) = (record.id, record.kind, record.distance)
        (state, waitsFor) = (summary.state, summary.waitsFor)
        claimant = PartyView(record.claimant)
        respondent = PartyView(record.respondent)
        opened = Moment(record.opened)
        changed = Moment(summary.changed)
    }

    var line: String {
        let waits = waitsFor.map { " for the \($0.rawValue)" } ?? ""
        let about = respondent?.account ?? claimant?.account
        return "\(id)  \(state.rawValue)\(waits)  \(kind.rawValue)  "
            + "\(about.map { "\($0)" } ?? "no account")  opened \(opened.time.rfc3339)"
    }
}

/// A case in output.
struct CaseView: Encodable {
    /// A signed spend in output.
    struct Spend: Encodable {
        let device: DeviceID
        let lease: LeaseID
        let credit, epoch, number: Int
        let journal: JournalID
        let body: Digest
        let time: Moment
        let document: String

        init(_ spend: CaseSpend) {
            (device, lease) = (spend.device, spend.lease)
            (credit, epoch, number) = (spend.credit, spend.epoch, spend.number)
            (journal, body) = (spend.journal, spend.body)
            time = Moment(spend.time)
            document = spend.document
        }

        var line: String {
            "device \(device), journal \(journal) number \(number), lease \(lease), body \(body), "
                + time.time.rfc3339
        }
    }

    /// Two spends that cannot both stand in one journal.
    struct Proof: Encodable {
        let first: Spend
        let second: Spend
    }

    /// An event in output.
    struct Event: Encodable {
        let number: Int64
        let time: Moment
        let kind: CaseEvent.Kind
        let actor: String
        let side: CaseSide?
        let act: CaseAct?
        let code, text, claimantText, respondentText: String
        let enteredBy: String?
        let until: Moment?
        let effect: DecisionEffectView?

        init(_ event: CaseEvent) {
            (number, kind, actor) = (event.number, event.kind, event.actor)
            (side, act, code, text) = (event.side, event.act, event.code, event.text)
            enteredBy = event.enteredBy
            (claimantText, respondentText) = (event.claimantText, event.respondentText)
            time = Moment(event.time)
            until = Moment(event.until)
            effect = event.effect.map(DecisionEffectView.init)
        }

        var lines: [String] {
            let what = [act?.rawValue, code.isEmpty ? nil : code, side.map { "(\($0.rawValue))" }]
                .compactMap { $0 }.joined(separator: " ")
            let words =
                claimantText == respondentText
                ? [("to both", claimantText)]
                : [("to the claimant", claimantText), ("to the respondent", respondentText)]
            let login = enteredBy.map { " (\($0.shown))" } ?? ""
            return ["\(time.time.rfc3339)  \(actor.shown)\(login) \(kind.rawValue) \(what)"]
                + ([("", text)] + words).filter { !$0.1.isEmpty }.map {
                    "    \($0.0.isEmpty ? "" : "\($0.0): ")\($0.1.shown)"
                }
        }
    }

    /// A claim in output.
    struct Claim: Encodable {
        let id: Int64
        let statement, contact: String
        let links: [String]
        let opened: Moment
        let isWithdrawn: Bool
        let pictureBytes: Int?

        init(_ claim: ClaimSummary) {
            (id, statement, contact) = (claim.id, claim.statement, claim.contact)
            (links, isWithdrawn, pictureBytes) = (
                claim.links, claim.isWithdrawn, claim.pictureBytes
            )
            opened = Moment(claim.opened)
        }

        var line: String {
            let picture = pictureBytes.map { ", a picture of \($0) bytes" } ?? ""
            let reached = contact.isEmpty ? "contact deleted, its time is over" : contact.shown
            let seen = links.isEmpty ? "" : ", \(links.joined(separator: " ").shown)"
            return isWithdrawn
                ? "claim \(id), withdrawn" : "claim \(id): \(reached)\(seen)\(picture)"
        }
    }

    let id: Int64
    let kind: CaseKind
    let state: CaseState
    let waitsFor: CaseSide?
    let opened: Moment
    let claimant, respondent: PartyView?
    let distance: Int?
    let events: [Event]
    let acts: [CaseAct]
    let appealUntil: Moment?
    let proofs: [Proof]
    let claim: Claim?
    let related: [Int64]

    init(_ dossier: CaseDossier) {
        let record = dossier.record
        (id, kind, distance) = (record.id, record.kind, record.distance)
        (state, waitsFor, acts) = (dossier.state, dossier.waitsFor, dossier.acts)
        opened = Moment(record.opened)
        claimant = PartyView(record.claimant)
        respondent = PartyView(record.respondent)
        events = dossier.events.map(Event.init)
        appealUntil = Moment(dossier.appealUntil)
        proofs = dossier.proofs.map { Proof(first: Spend($0.first), second: Spend($0.second)) }
        claim = dossier.claim.map(Claim.init)
        related = dossier.related
    }

    var lines: [String] {
        let waits = waitsFor.map { " for the \($0.rawValue)" } ?? ""
        var lines = [
            "case        \(id), \(state.rawValue)\(waits)",
            "kind        \(kind.rawValue): \(Self.words(kind))",
            "opened      \(opened.time.rfc3339)",
            "claimant    \(claimant?.line ?? "none")",
            "respondent  \(respondent?.line ?? "none: no registered work is near")",
        ]
        if let distance { lines.append("distance    \(distance) of 256 bits; 31 make a match") }
        if let claim { lines.append("contact     \(claim.line)") }
        for proof in proofs {
            lines += ["first       \(proof.first.line)", "second      \(proof.second.line)"]
        }
        if let appealUntil { lines.append("appeals     until \(appealUntil.time.rfc3339)") }
        lines.append("can decide  \(acts.map(\.rawValue).joined(separator: ", "))")
        if !related.isEmpty {
            lines.append("see also    \(related.map { "case \($0)" }.joined(separator: ", "))")
        }
        return lines + events.flatMap(\.lines)
    }

    private static func words(_ kind: CaseKind) -> String {
        switch kind {
        case .doubleSpend: "one lease was used for two bodies; the second got no receipt"
        case .journalFork: "a journal was copied or set back; both spends count"
        case .match: "a registered work is near another account's registered or reserved one"
        case .claim: "somebody says that a picture is theirs"
        case .contest: "somebody says that a reservation is wrong"
        case .restored: "a device showed a decision that this server had lost"
        }
    }
}

/// What a decision touches, in output.
struct DecisionEffectView: Encodable {
    let account: AccountID?
    let leasedCredits, heldSpends, receipts: Int
    let usableUntil: Moment?
    let work: Digest?
    let models: [Digest]
    let reservation: Int64?
    let reservationBefore: ReservationState?
    let suspensionBefore: FormerSuspension?

    init(_ effect: DecisionEffect) {
        suspensionBefore = effect.suspensionBefore
        (account, work, models) = (effect.account, effect.work, effect.models)
        (leasedCredits, heldSpends) = (effect.leasedCredits, effect.heldSpends)
        receipts = effect.receipts
        (reservation, reservationBefore) = (effect.reservation, effect.reservationBefore)
        usableUntil = Moment(effect.usableUntil)
    }
}

/// A decision and what it touches, in output.
struct EffectOfDecision: Encodable {
    let id: Int64
    let act: CaseAct
    let dryRun: Bool
    let effect: DecisionEffectView

    init(_ id: Int64, _ act: CaseAct, _ effect: DecisionEffect, dryRun: Bool) {
        (self.id, self.act, self.dryRun) = (id, act, dryRun)
        self.effect = DecisionEffectView(effect)
    }

    var lines: [String] {
        let head =
            dryRun ? "case \(id): \(act.rawValue) would do" : "case \(id): \(act.rawValue); it does"
        return ["\(head) this:"] + effects.map { "  \($0)" }
            + (dryRun ? ["nothing was changed"] : ["each side can appeal; `cases undo` lifts it"])
    }

    private var effects: [String] {
        switch act {
        case .dismiss: return ["the two are not opened against each other again"]
        case .warn: return ["a letter to \(who); nothing else"]
        case .withholdWork, .withholdModel, .requireRetrain:
            let models = effect.models.map(\.description).joined(separator: ", ")
            return [
                "no receipts for \(Printer.count(effect.models.count, "model")) of \(who)"
                    + (models.isEmpty ? "" : ": \(models)"),
                "\(Printer.count(effect.receipts, "receipt")) so far say that the source is "
                    + "disputed",
                "\(Printer.count(effect.heldSpends, "spend")) held",
            ]
        case .confirmReservation:
            return ["reservation \(effect.reservation ?? 0) is on the list that clients check"]
        case .refuseReservation:
            return ["reservation \(effect.reservation ?? 0) stops nobody"]
        case .suspend:
            let before =
                effect.suspensionBefore.map {
                    [
                        "the suspension before (\($0.reason.shown)\(Self.end($0.until))) is not "
                            + "shortened, and comes back where this is lifted"
                    ]
                } ?? []
            let until = effect.usableUntil.map { " until \($0.time.rfc3339)" } ?? ""
            return [
                "\(who) gets no leases and no receipts",
                "\(Printer.count(effect.leasedCredits, "credit")) on its devices usable "
                    + "offline\(until), without a receipt",
                "\(Printer.count(effect.heldSpends, "spend")) held",
            ] + before
        }
    }

    private static func end(_ until: UnixTime?) -> String {
        until.map { ", until \($0.rfc3339)" } ?? ", until it is lifted"
    }

    private var who: String { effect.account.map { "account \($0)" } ?? "nobody" }
}

/// A file of evidence in output.
struct EvidenceView: Encodable {
    let id: Int64
    let isSigned: Bool
    let files: [String]
    let problems: [String]

    init(_ report: EvidenceReport) {
        (id, isSigned) = (report.caseNumber, report.isSigned)
        (files, problems) = (report.files, report.problems)
    }

    var lines: [String] {
        ["case \(id), \(isSigned ? "signed with this server's key" : "not signed by this server")"]
            + files.map { "  \($0.shown)" }
            + (problems.isEmpty ? ["every file is as it was signed"] : problems.map(\.shown))
    }
}
