package import AtelierProtocol

/// One case as its events leave it; pure: no clock, no database, no words.
///
/// ```
/// open ──ask──▶ waiting(side) ──answer──▶ open      decided ──undo──▶ open
/// open, waiting ──decide──▶ decided ──appeal──▶ appealed ──overturn, by another──▶ final
/// open, waiting ──withdraw──▶ final     decided ◀──uphold, by another; withdraw── appealed
/// ```
///
/// Each side may appeal once against a decision, whatever the other has done: who won cannot take
/// the other's appeal away by an appeal of their own. Upheld after both have, it is final.
///
/// At most one decision is in force at a time, whatever happens: what ``apply(_:)`` returns puts
/// one into force only after it has lifted the one before. So nobody is punished twice in a case.
package struct CaseMachine: Hashable, Sendable {
    /// How far the case is.
    package enum Phase: Hashable, Sendable {
        /// A moderator has to look at it.
        case open
        /// A moderator has asked a side.
        case waiting(CaseSide)
        /// It is decided; each side may appeal.
        case decided
        /// A side has appealed; another moderator than the decider settles it.
        case appealed(by: CaseSide)
        /// Nothing can change it any more.
        case final
    }

    /// What happens in a case.
    package enum Move: Hashable, Sendable {
        /// A moderator asks a side.
        case ask(CaseSide)
        /// A side writes.
        case answer(CaseSide)
        /// A moderator writes for colleagues alone.
        case note
        /// A moderator decides.
        case decide(CaseAct, by: String)
        /// A moderator takes the decision back.
        case undo(by: String)
        /// A side appeals against the decision.
        case appeal(CaseSide)
        /// A moderator upholds the decision.
        case uphold(by: String)
        /// A moderator decides otherwise; ``CaseAct/dismiss`` lifts what was decided.
        case overturn(CaseAct, by: String)
        /// The claimant, or whose reservation it is about, withdraws what the case is about, or the
        /// side that appealed the appeal.
        case withdraw(CaseSide)
    }

    /// What a move does outside of the case.
    package enum Effect: Hashable, Sendable {
        /// Lifts what the decision in force did.
        case lift(CaseAct)
        /// Puts a decision into force.
        case enforce(CaseAct)
    }

    /// The decision in force.
    package struct Decision: Hashable, Sendable {
        /// What it does.
        package let act: CaseAct
        /// Who decided.
        package let moderator: String
    }

    /// The sides that can be written to: some cases have one.
    package let sides: Set<CaseSide>
    /// The acts that fit the case.
    package let acts: Set<CaseAct>
    /// The sides that can take back what the case is about, which ends it before it is decided.
    package let withdrawing: Set<CaseSide>
    /// How far it is.
    package private(set) var phase = Phase.open
    /// The decision in force; nil where there is none.
    package private(set) var decision: Decision?
    /// The sides that have appealed against it.
    package private(set) var appealed: Set<CaseSide> = []

    /// A case that was just opened.
    ///
    /// - Parameters:
    ///   - sides: Those that can be written to.
    ///   - acts: What may be decided.
    ///   - withdrawing: The sides that can take back what it is about.
    package init(
        sides: Set<CaseSide>, acts: Set<CaseAct>, withdrawing: Set<CaseSide> = [.claimant]
    ) {
        self.sides = sides
        self.acts = acts
        self.withdrawing = withdrawing
    }

    /// Takes a move.
    ///
    /// - Returns: What it does outside of the case, in this order.
    /// - Throws: ``CaseRefusal``; the case is then unchanged.
    package mutating func apply(_ move: Move) throws(CaseRefusal) -> [Effect] {
        switch move {
        case .note: return []
        case .ask(let side):
            try check(isUndecided)
            try check(side)
            phase = .waiting(side)
        case .answer(let side):
            try check(side)
            try answer(side)
        case .decide(let act, let moderator):
            try check(isUndecided)
            return try decide(act, by: moderator, then: .decided)
        case .undo:
            guard phase == .decided, let decision else { throw refusal }
            (self.decision, phase, appealed) = (nil, .open, [])
            return [.lift(decision.act)]
        case .appeal(let side):
            try check(side)
            guard phase == .decided else { throw refusal }
            guard appealed.insert(side).inserted else { throw .hasAppealed(side) }
            phase = .appealed(by: side)
        case .uphold(let moderator):
            try checkSettling(by: moderator)
            phase = appealed == sides ? .final : .decided
        case .overturn(let act, let moderator):
            try checkSettling(by: moderator)
            return try decide(act, by: moderator, then: .final)
        case .withdraw(let side):
            try check(side)
            try withdraw(side)
        }
        return []
    }

    /// Whether `move` would be taken.
    package func allows(_ move: Move) -> Bool {
        var next = self
        return (try? next.apply(move)) != nil
    }

    private var isUndecided: Bool {
        switch phase {
        case .open, .waiting: true
        case .decided, .appealed, .final: false
        }
    }

    private mutating func answer(_ side: CaseSide) throws(CaseRefusal) {
        switch phase {
        case .waiting(side): phase = .open
        case .open, .waiting, .appealed: break
        case .decided, .final: throw refusal
        }
    }

    private mutating func decide(
        _ act: CaseAct, by moderator: String, then next: Phase
    ) throws(CaseRefusal) -> [Effect] {
        guard acts.contains(act) else { throw .unfitting(act) }
        let lifted = decision.map { [Effect.lift($0.act)] } ?? []
        decision = Decision(act: act, moderator: moderator)
        phase = next
        return lifted + [.enforce(act)]
    }

    private mutating func withdraw(_ side: CaseSide) throws(CaseRefusal) {
        switch phase {
        case .open, .waiting:
            guard withdrawing.contains(side) else { throw refusal }
            phase = .final
        case .appealed(by: side): phase = .decided
        case .decided, .appealed, .final: throw refusal
        }
    }

    private func checkSettling(by moderator: String) throws(CaseRefusal) {
        guard case .appealed = phase, let decision else { throw refusal }
        guard decision.moderator != moderator else { throw .ownDecision(moderator) }
    }

    private func check(_ side: CaseSide) throws(CaseRefusal) {
        guard sides.contains(side) else { throw .noSuchSide(side) }
    }

    private func check(_ isAllowed: Bool) throws(CaseRefusal) {
        guard isAllowed else { throw refusal }
    }

    private var refusal: CaseRefusal { .outOfTurn(state, decider: decision?.moderator) }

    /// The phase as it is sent.
    package var state: CaseState {
        switch phase {
        case .open: .open
        case .waiting: .waiting
        case .decided: .decided
        case .appealed: .appealed
        case .final: .final
        }
    }

    /// Whom a question waits for.
    package var waitsFor: CaseSide? {
        if case .waiting(let side) = phase { side } else { nil }
    }
}

/// Why a case does not take a move.
package enum CaseRefusal: Error, Equatable, CustomStringConvertible {
    /// The case is not so far, or further.
    case outOfTurn(CaseState, decider: String?)
    /// The case has no such side.
    case noSuchSide(CaseSide)
    /// The side has appealed against the decision already.
    case hasAppealed(CaseSide)
    /// The act does not fit the case.
    case unfitting(CaseAct)
    /// Who decided cannot settle the appeal against it.
    case ownDecision(String)

    /// The text form.
    package var description: String {
        switch self {
        case .outOfTurn(.open, _), .outOfTurn(.waiting, _):
            "The case is not decided yet. Decide it first."
        case .outOfTurn(.decided, let decider):
            "The case is decided already\(decider.map { ", by \($0)" } ?? ""). It can be undone, "
                + "or its sides can appeal."
        case .outOfTurn(.appealed, _):
            "The case waits for the decision on an appeal. Another moderator than the decider "
                + "makes it."
        case .outOfTurn(.final, _):
            "The case has ended: nothing can change it any more."
        case .noSuchSide(let side):
            "The case has no \(side.rawValue) who can be reached or can write."
        case .hasAppealed(let side):
            "The \(side.rawValue) has appealed against this decision already."
        case .unfitting(let act):
            "\(act.rawValue) does not fit this case. `cases show` names the acts that do."
        case .ownDecision(let moderator):
            "\(moderator) made the decision that the appeal is against. Another moderator has to "
                + "settle it."
        }
    }
}
