import AtelierProtocol
import AtelierServer
import CreditLedger
import SignedObjects

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
    let reservations: Int?

    init(_ effect: DecisionEffect) {
        (suspensionBefore, reservations) = (effect.suspensionBefore, effect.reservations)
        (account, work, models) = (effect.account, effect.work, effect.models)
        (leasedCredits, heldSpends) = (effect.leasedCredits, effect.heldSpends)
        receipts = effect.receipts
        (reservation, reservationBefore) = (effect.reservation, effect.reservationBefore)
        usableUntil = Moment(effect.usableUntil)
    }
}

/// A decision and what it touches, in output.
struct EffectOfDecision: Encodable {
    /// What a command has done.
    enum Stage {
        /// Nothing: it has looked.
        case preview
        /// It has decided; the sides can appeal.
        case decided
        /// It has settled an appeal; what was decided before is lifted.
        case settled(lifted: CaseAct?, DecisionEffect?)
    }

    let id: Int64
    let act: CaseAct
    let dryRun: Bool
    let effect: DecisionEffectView
    let lifted: CaseAct?
    let liftedEffect: DecisionEffectView?
    private let isSettled: Bool

    private enum CodingKeys: String, CodingKey {
        case id, act, dryRun, effect, lifted, liftedEffect
    }

    init(_ id: Int64, _ act: CaseAct, _ effect: DecisionEffect, _ stage: Stage) {
        (self.id, self.act) = (id, act)
        self.effect = DecisionEffectView(effect)
        switch stage {
        case .preview: (dryRun, isSettled, lifted, liftedEffect) = (true, false, nil, nil)
        case .decided: (dryRun, isSettled, lifted, liftedEffect) = (false, false, nil, nil)
        case .settled(let act, let before):
            (dryRun, isSettled, lifted) = (false, true, act)
            liftedEffect = before.map(DecisionEffectView.init)
        }
    }

    var lines: [String] {
        let head =
            dryRun
            ? "case \(id): \(act.rawValue) would do this:"
            : isSettled
                ? "case \(id): the appeal is granted; \(act.rawValue) takes the decision's place:"
                : "case \(id): \(act.rawValue); it does this:"
        return [head] + liftedLines.map { "  \($0)" } + effects.map { "  \($0)" } + [end]
    }

    private var end: String {
        if dryRun { return "nothing was changed" }
        return isSettled
            ? "the case is final: it can neither be appealed against nor undone"
            : "each side can appeal; `cases undo` lifts it"
    }

    /// What the decision before did, and does no more.
    private var liftedLines: [String] {
        guard let lifted, let before = liftedEffect else { return [] }
        let whose = before.account.map { " of account \($0)" } ?? ""
        switch lifted {
        case .dismiss, .warn: return ["lifted: \(lifted.rawValue)\(whose)"]
        case .withholdWork, .withholdModel, .requireRetrain:
            let models = Printer.count(before.models.count, "model")
            return [
                "lifted: \(lifted.rawValue)\(whose): \(models)",
                "spends that were held for it get their receipts at the account's next contact",
            ]
        case .confirmReservation, .refuseReservation:
            return ["lifted: \(lifted.rawValue) of reservation \(before.reservation ?? 0)"]
        case .suspend: return ["lifted: suspend\(whose), unless something else suspends it"]
        }
    }

    private var effects: [String] {
        switch act {
        case .dismiss: return ["the two are not opened against each other again"]
        case .warn: return ["a letter to \(who); nothing else"]
        case .withholdWork, .withholdModel, .requireRetrain: return withholding
        case .confirmReservation:
            return ["reservation \(effect.reservation ?? 0) is on the list that clients check"]
        case .refuseReservation:
            return ["reservation \(effect.reservation ?? 0) stops nobody"]
        case .suspend: return suspension
        }
    }

    private var withholding: [String] {
        let models = effect.models.map(\.description).joined(separator: ", ")
        let say = dryRun ? "would say" : effect.receipts == 1 ? "says" : "say"
        return [
            "no receipts for \(Printer.count(effect.models.count, "model")) of \(who)"
                + (models.isEmpty ? "" : ": \(models)"),
            "\(Printer.count(effect.receipts, "receipt")) so far \(say) that the source is "
                + "disputed",
            "\(Printer.count(effect.heldSpends, "spend")) held",
        ]
    }

    private var suspension: [String] {
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
            "\(Printer.count(effect.reservations ?? 0, "reservation")) off the list meanwhile",
        ] + before
    }

    private static func end(_ until: UnixTime?) -> String {
        until.map { ", until \($0.rfc3339)" } ?? ", until it is lifted"
    }

    private var who: String { effect.account.map { "account \($0)" } ?? "nobody" }
}
