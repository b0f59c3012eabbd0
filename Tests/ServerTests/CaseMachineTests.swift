import AtelierProtocol
import AtelierServer
import Testing

struct CaseMachineTests {
    private typealias Move = CaseMachine.Move

    private static let acts: Set<CaseAct> = [.dismiss, .withholdWork, .suspend]
    private static let moderators = ["ann", "ben"]

    /// Every move of two moderators and both sides, and one act that does not fit.
    private static let moves: [Move] = {
        var moves: [Move] = [.note]
        for side in CaseSide.allCases {
            moves += [.ask(side), .answer(side), .appeal(side), .withdraw(side)]
        }
        for name in moderators {
            moves += [.undo(by: name), .uphold(by: name)]
            for act in acts.sorted(by: { $0.rawValue < $1.rawValue }) + [.confirmReservation] {
                moves += [.decide(act, by: name), .overturn(act, by: name)]
            }
        }
        return moves
    }()

    /// What the histories from one state on come to.
    private struct Tally: CustomStringConvertible {
        var histories = 1
        var refusedMoves = 0
        var ends: [CaseState: Int] = [:]

        static func += (sum: inout Tally, other: Tally) {
            sum.histories += other.histories
            sum.refusedMoves += other.refusedMoves
            sum.ends.merge(other.ends, uniquingKeysWith: +)
        }

        var description: String {
            let ends = CaseState.allCases.map { "\(self.ends[$0, default: 0]) \($0.rawValue)" }
            return "\(histories) histories (ends: \(ends.joined(separator: ", "))), "
                + "\(refusedMoves) refused moves"
        }
    }

    private struct Situation: Hashable {
        let machine: CaseMachine
        /// The decisions in force, as the effects so far leave them.
        let force: [CaseAct]
        let left: Int
    }

    // Goal: in no history are two decisions in force, does anybody settle an appeal against their
    // own decision, does a case change after its end, or does a side act that the case lacks.
    // Method: every history of up to eight moves out of 29, on the three sets of sides, and where
    // both sides can take back what it is about; equal situations are walked once and counted each
    // time. A refused move changes nothing.
    @Test(
        arguments: [
            Set([CaseSide.claimant, .respondent]), [.respondent], [.claimant],
        ], [Set([CaseSide.claimant]), [.claimant, .respondent]])
    func everyHistoryHoldsTheRules(
        sides: Set<CaseSide>, withdrawing: Set<CaseSide>
    ) throws {
        var known: [Situation: Tally] = [:]
        let machine = CaseMachine(sides: sides, acts: Self.acts, withdrawing: withdrawing)
        let start = Situation(machine: machine, force: [], left: 8)
        let tally = walk(start, &known)
        let states = Set(known.keys.map(\.machine)).count
        print("cases with \(sides.count) sides: \(tally), \(states) states")
        #expect(tally.histories > 1_000_000 && states < 200)
    }

    private func walk(_ situation: Situation, _ known: inout [Situation: Tally]) -> Tally {
        if let tally = known[situation] { return tally }
        let (machine, force) = (situation.machine, situation.force)
        var tally = Tally()
        #expect(force.count <= 1 && force.first == machine.decision?.act)
        tally.ends[machine.state] = 1
        for move in situation.left == 0 ? [] : Self.moves {
            var next = machine
            guard let effects = try? next.apply(move) else {
                #expect(next == machine, "a refused move changes nothing")
                tally.refusedMoves += 1
                continue
            }
            check(move, from: machine, to: next)
            var after = force
            for effect in effects {
                switch effect {
                case .lift(let act):
                    #expect(after == [act])
                    after = []
                case .enforce(let act):
                    #expect(after.isEmpty)
                    after.append(act)
                }
            }
            tally += walk(
                Situation(machine: next, force: after, left: situation.left - 1), &known)
        }
        known[situation] = tally
        return tally
    }

    private func check(_ move: Move, from machine: CaseMachine, to next: CaseMachine) {
        if machine.phase == .final { #expect(move == .note && next == machine) }
        switch move {
        case .uphold(let name), .overturn(_, let name):
            #expect(machine.decision.map { $0.moderator != name } == true)
            if case .uphold = move {
                #expect(next.phase == (machine.appealed == machine.sides ? .final : .decided))
            } else {
                #expect(next.phase == .final)
            }
        case .appeal(let side):
            // Nobody but the side itself uses its appeal up.
            #expect(machine.sides.contains(side) && !machine.appealed.contains(side))
            #expect(next.appealed == machine.appealed.union([side]))
        case .withdraw(let side):
            #expect(machine.sides.contains(side))
            if next.phase == .final { #expect(machine.withdrawing.contains(side)) }
        case .ask(let side), .answer(let side): #expect(machine.sides.contains(side))
        case .decide(let act, _): #expect(machine.acts.contains(act))
        case .note, .undo: break
        }
    }

    // Goal: the case goes the way that the protocol describes, word for word.
    @Test func aCaseGoesItsWay() throws {
        var machine = CaseMachine(sides: [.claimant, .respondent], acts: Self.acts)
        #expect(try machine.apply(.ask(.respondent)).isEmpty && machine.waitsFor == .respondent)
        #expect(try machine.apply(.answer(.claimant)).isEmpty && machine.state == .waiting)
        #expect(try machine.apply(.answer(.respondent)).isEmpty && machine.state == .open)
        #expect(try machine.apply(.decide(.withholdWork, by: "ann")) == [.enforce(.withholdWork)])
        #expect(throws: CaseRefusal.outOfTurn(.decided, decider: "ann")) {
            _ = try machine.apply(.decide(.suspend, by: "ben"))
        }
        #expect(try machine.apply(.undo(by: "ben")) == [.lift(.withholdWork)])
        #expect(try machine.apply(.decide(.suspend, by: "ann")) == [.enforce(.suspend)])
        #expect(try machine.apply(.appeal(.respondent)).isEmpty && machine.state == .appealed)
        #expect(throws: CaseRefusal.ownDecision("ann")) {
            _ = try machine.apply(.overturn(.dismiss, by: "ann"))
        }
        let effects = try machine.apply(.overturn(.dismiss, by: "ben"))
        #expect(effects == [.lift(.suspend), .enforce(.dismiss)] && machine.state == .final)
        #expect(throws: CaseRefusal.outOfTurn(.final, decider: "ben")) {
            _ = try machine.apply(.undo(by: "ben"))
        }
    }
}
