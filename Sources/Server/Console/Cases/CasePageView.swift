import AtelierProtocol
import AtelierServer
import SignedObjects

/// What the template of a case shows.
struct CasePageView {
    let dossier: CaseDossier
    let lock: CaseLock?
    let visitor: ConsoleAccess.Visitor
    /// What was written and not yet done.
    let form: CaseForm?
    let words: CaseTexts

    private var writer: PageWriter { words.writer }
    private var record: CaseRecord { dossier.record }

    /// The decision in force, which an appeal is against or an undoing takes back.
    private var decision: CaseEvent? {
        guard [.decided, .appealed].contains(dossier.state) else { return nil }
        return dossier.events.last { [.decided, .overturned].contains($0.kind) }
    }

    func values(
        preview: (CaseVerdict, DecisionEffect)?, refusal: ServerError?
    ) -> [String: Any] {
        let isAppealed = dossier.state == .appealed
        let isOwn = isAppealed && decision?.actor == words.name
        let decides = visitor.moderator.role >= .moderator
        let canAct = decides && !dossier.acts.isEmpty && !isOwn
        let base: [String: Any] = [
            "id": String(record.id), "path": CasePage.path(record.id),
            "version": String(dossier.events.count),
            "lead": writer.text("case.kind-\(record.kind.rawValue)"),
            "state": words.state(dossier.state, dossier.waitsFor), "isAppealed": isAppealed,
            "lock": words.lock(lock), "canTake": lock == nil,
            "sides": CaseSide.allCases.compactMap(side), "claim": claim, "holder": holder,
            "scale": record.distance.map { [words.scale($0)] } ?? [],
            "events": dossier.events.map { words.event($0) },
            "related": dossier.related.map {
                ["number": String($0), "address": CasePage.path($0)]
            },
            "proofs": dossier.proofs.isEmpty
                ? [] : [writer.text("case.proofs", count: dossier.proofs.count)],
            "appealUntil": dossier.appealUntil.map { [writer.time($0)] } ?? [],
        ]
        let acts: [String: Any] = [
            "isOwn": isOwn, "cannotDecide": !decides, "canAct": canAct && preview == nil,
            "canAsk": [.open, .waiting].contains(dossier.state) && preview == nil,
            "canUphold": canAct && isAppealed && preview == nil,
            "canUndo": decides && dossier.state == .decided,
            "isFinal": dossier.state == .final, "acts": canAct ? choices : [],
            "models": models, "draft": draft,
            "preview": preview.map { [self.preview($0.0, $0.1)] } ?? [],
            "refusal": refusal.map { [self.refusal($0)] } ?? [],
        ]
        return base.merging(acts) { $1 }
    }

    private func side(_ side: CaseSide) -> [String: Any]? {
        guard let party = record.party(side) else { return nil }
        return [
            "name": writer.text("case.actor-\(side.rawValue)"), "party": words.party(party),
            "since": writer.time(party.since), "value": side.rawValue,
            "isChosen": (form?.chosenSide ?? .respondent) == side,
            "account": party.account.map { ["\($0)"] } ?? [],
            "work": party.work.map { ["\($0)"] } ?? [],
            "said": dossier.events.filter { $0.actor == side.rawValue && !$0.text.isEmpty }.map {
                ["time": writer.time($0.time), "text": $0.text] as [String: Any]
            },
        ]
    }

    private var claim: [[String: Any]] {
        guard let claim = dossier.claim else { return [] }
        return [
            [
                "contact": PrintableText.line(claim.contact).ifAny,
                "links": claim.links.map(CaseTexts.link), "isWithdrawn": claim.isWithdrawn,
                "picture": claim.pictureBytes.map { [String(($0 + 1023) / 1024)] } ?? [],
            ]
        ]
    }

    private var holder: [[String: Any]] {
        guard let holder = dossier.holder else { return [] }
        return [
            [
                "contact": PrintableText.line(holder.contact).ifAny,
                "links": holder.link.isEmpty ? [] : [CaseTexts.link(holder.link)],
            ]
        ]
    }

    private var choices: [[String: Any]] {
        let chosen = form?.act ?? ""
        // Only a reservation can be confirmed or refused.
        let hasReservation = CaseSide.allCases.contains {
            record.party($0)?.kind == .reservation
        }
        let acts = dossier.acts.filter {
            hasReservation || ![.confirmReservation, .refuseReservation].contains($0)
        }
        return acts.map { act in
            [
                "value": act.rawValue, "name": writer.text("case.act-\(act.rawValue)"),
                "hint": writer.text("case.hint-\(act.rawValue)"),
                "isChosen": act.rawValue == chosen,
            ]
        }
    }

    /// Whether one model can be withheld; a preview without a choice names them.
    private var models: Bool { dossier.acts.contains(.withholdModel) }

    private var draft: [String: String] {
        [
            "code": form?.code ?? "", "text": form?.text ?? "", "claimant": form?.claimant ?? "",
            "days": form?.days ?? "", "model": form?.model ?? "",
        ]
    }

    private func preview(_ verdict: CaseVerdict, _ effect: DecisionEffect) -> [String: Any] {
        let isSuspension = verdict.act == .suspend
        return [
            "act": writer.text("case.act-\(verdict.act.rawValue)"), "value": verdict.act.rawValue,
            "side": verdict.side.rawValue,
            "route": isSuspension ? "suspend" : "decide", "asksPasskey": isSuspension,
            "effects": words.effects(verdict.act, effect),
            "models": effect.models.map { "\($0)" },
            "letters": [
                ["to": writer.text("case.letter-respondent"), "text": verdict.text],
                [
                    "to": writer.text("case.letter-claimant"),
                    "text": verdict.claimantText ?? verdict.text,
                ],
            ],
        ]
    }

    private func refusal(_ error: ServerError) -> [String: Any] {
        guard case .caseChanged(_, let since) = error else {
            return ["text": "\(error)", "news": []]
        }
        let news = dossier.events.dropFirst(since).map { words.event($0) }
        return ["text": writer.text("case.changed"), "news": Array(news)]
    }
}
