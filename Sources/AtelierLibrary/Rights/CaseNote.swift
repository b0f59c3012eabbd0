import AtelierProtocol
import CreditLedger
import SignedObjects

/// What is new in a case since the last sync. Its JSON form is what `sync --json` lists.
public struct CaseNote: Codable, Equatable, Sendable {
    /// What happened last.
    public enum Event: String, Codable, Sendable {
        /// The case was opened.
        case opened
        /// Somebody wrote.
        case letter
        /// A moderator decided.
        case decided
        /// A moderator took the decision back.
        case undone
        /// Another moderator decided on an appeal.
        case settled
    }

    /// What became of receipts.
    public enum Receipts: String, Codable, Sendable {
        /// Models get none.
        case withheld
        /// They get them again.
        case released
    }

    /// The case's number.
    public let number: Int
    /// What happened last.
    public let event: Event
    /// What became of receipts with it; left out where nothing did.
    public let receipts: Receipts?
    /// The words; may be empty.
    public let text: String
    /// Server time.
    public let time: Moment
    /// Whether the account may appeal now.
    public let canAppeal: Bool

    /// What it is, in words.
    public var title: String {
        let what =
            switch event {
            case .opened: "opened"
            case .letter: "letter"
            case .decided: "decided"
            case .undone: "the decision was taken back"
            case .settled: "decided on the appeal"
            }
        return receipts.map { "\(what), receipts \($0.rawValue)" } ?? what
    }

    /// What some orders say of one case, as far as it is now.
    ///
    /// - Parameters:
    ///   - orders: Those of one case, oldest first.
    ///   - file: The case, where it is known.
    private init?(_ orders: [Order], in file: CaseFile?) {
        guard let last = orders.last, let number = last.caseNumber else { return nil }
        self.number = number
        time = Moment(last.time)
        let decided = orders.last { $0.kind == .caseDecision }
        let effect = orders.last { $0.kind == .withhold || $0.kind == .release }
        receipts = effect.map { $0.kind == .withhold ? .withheld : .released }
        let told = orders.last { [.caseOpened, .caseLetter, .caseDecision].contains($0.kind) }
        // What a moderator wrote last; the order of a decision has more, such as a deadline.
        let words = file?.letters.last {
            [.decision, .undo, .appealDecision].contains($0.kind) && $0.from == nil
        }
        canAppeal = file?.canAppeal ?? false
        if told?.kind == .caseDecision || told == nil {
            event =
                switch words?.kind {
                case .undo: .undone
                case .appealDecision: .settled
                default: .decided
                }
            text = CheckedText.shown(words?.text ?? decided?.text ?? last.text)
        } else {
            event = told?.kind == .caseOpened ? .opened : .letter
            text = CheckedText.shown(told?.text ?? "")
        }
    }

    /// What orders say, each case once: several letters of one are folded into its last state.
    ///
    /// - Parameters:
    ///   - orders: Oldest first.
    ///   - files: The cases as they are now.
    /// - Returns: By the time of what happened last.
    static func folding(_ orders: [Order], _ files: [CaseFile]) -> [CaseNote] {
        let byCase = Dictionary(grouping: orders.filter { $0.caseNumber != nil }) {
            $0.caseNumber ?? 0
        }
        return byCase.compactMap { number, orders in
            CaseNote(orders, in: files.first { $0.number == Int64(clamping: number) })
        }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
    }
}
