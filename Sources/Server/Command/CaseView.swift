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
    let act: CaseAct?
    let decider: String?

    init(_ summary: CaseSummary) {
        let record = summary.record
        (act, decider) = (summary.act, summary.decider)
        (id, kind, distance) = (record.id, record.kind, record.distance)
        (state, waitsFor) = (summary.state, summary.waitsFor)
        claimant = PartyView(record.claimant)
        respondent = PartyView(record.respondent)
        opened = Moment(record.opened)
        changed = Moment(summary.changed)
    }

    var line: String {
        let sides = "\(Self.side(claimant)) against \(Self.side(respondent))"
        let decided = act.map { "  \($0.rawValue)\(decider.map { " by \($0.shown)" } ?? "")" } ?? ""
        return "\(id)  \(state.rawValue)  \(kind.rawValue)  \(turn) since "
            + "\(changed.time.toTheMinute)\(decided)  \(sides)  opened "
            + opened.time.toTheMinute
    }

    /// Whose turn it is.
    private var turn: String {
        switch state {
        case .open: "a moderator's turn"
        case .waiting: "the \(waitsFor?.rawValue ?? "other side")'s turn"
        case .appealed: "another moderator's turn"
        case .decided: "can be appealed against"
        case .final: "ended"
        }
    }

    private static func side(_ party: PartyView?) -> String {
        guard let party else { return "nobody" }
        let what = party.kind == .account ? "account" : "\(party.kind.rawValue) \(party.id)"
        return party.account.map { party.kind == .account ? "account \($0)" : "\(what) of \($0)" }
            ?? "\(what) without an account"
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
            let head = "\(time.time.rfc3339)  \(actor.shown)\(login) \(Self.words(kind))"
            return [what.isEmpty ? head : "\(head) \(what)"]
                + ([("", text)] + words).filter { !$0.1.isEmpty }.map {
                    "    \($0.0.isEmpty ? "" : "\($0.0): ")\($0.1.shown)"
                }
        }

        private static func words(_ kind: CaseEvent.Kind) -> String {
            switch kind {
            case .opened: "opened it"
            case .asked: "asked"
            case .answered: "answered"
            case .noted: "noted for colleagues"
            case .decided: "decided"
            case .undone: "took the decision back"
            case .appealed: "appealed"
            case .upheld: "upheld the decision"
            case .overturned: "decided the appeal otherwise:"
            case .withdrawn: "withdrew"
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

    /// Who reserved without an account, in output.
    struct Holder: Encodable {
        let id: Int64
        let contact, link: String
        let received: Moment

        init(_ request: HolderRequest) {
            (id, contact, link) = (request.id, request.contact, request.link)
            received = Moment(request.received)
        }

        var line: String {
            let reached = contact.isEmpty ? "contact deleted, its time is over" : contact.shown
            return "holder \(id): \(reached)\(link.isEmpty ? "" : ", \(link.shown)")"
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
    let holder: Holder?
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
        holder = dossier.holder.map(Holder.init)
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
        if let holder { lines.append("contact     \(holder.line)") }
        for proof in proofs {
            lines += ["first       \(proof.first.line)", "second      \(proof.second.line)"]
        }
        if let appealUntil { lines.append("appeals     until \(appealUntil.time.rfc3339)") }
        if !acts.isEmpty {
            lines.append("can decide  \(acts.map(\.rawValue).joined(separator: ", "))")
        }
        if let next { lines.append("next        \(next)") }
        if !related.isEmpty {
            lines.append("see also    \(related.map { "case \($0)" }.joined(separator: ", "))")
        }
        return lines + events.flatMap(\.lines)
    }

    /// The command for whoever acts next.
    private var next: String? {
        switch state {
        case .open, .waiting:
            "atelier-server cases decide \(id) --act ACT --code CODE --text TEXT --as NAME "
                + "(first with --dry-run)"
        case .appealed:
            "atelier-server appeals decide \(id) (--uphold | --act ACT --code CODE) --text TEXT "
                + "--as NAME, who is not \(decider?.shown ?? "who decided")"
        case .decided: "atelier-server cases undo \(id) --text TEXT --as NAME"
        case .final: nil
        }
    }

    private var decider: String? {
        events.last { [.decided, .overturned].contains($0.kind) }?.actor
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
