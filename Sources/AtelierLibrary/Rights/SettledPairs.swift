import AtelierProtocol
import SignedObjects

/// The works that cases have left to the account: what they were compared with stops them no more.
struct SettledPairs {
    private let casesByWork: [String: [CaseFile]]

    /// - Parameter cases: The account's, as of the last sync.
    init(_ cases: [CaseFile]) {
        casesByWork = Dictionary(
            grouping: cases.filter { $0.work != nil }, by: { $0.work?.description ?? "" })
    }

    /// Whether a work may be used although it looks like a reserved picture.
    ///
    /// A case that names the reservation decides. A case of two registrations names none, and a
    /// reservation that was made later stands for the other one; where there are several, each has
    /// to have ended in the account's favour, for the reservation may be that of any.
    func clears(_ sha256: String, of match: ReservationList.Match) -> Bool {
        let cases = casesByWork[sha256] ?? []
        let naming = cases.filter { $0.reservation == match.number }
        guard naming.isEmpty else { return naming.contains(where: Self.isForReader) }
        let registrations = cases.filter { $0.kind == .match && $0.reservation == nil }
        return !registrations.isEmpty && registrations.allSatisfy(Self.isForReader)
    }

    private static func isForReader(_ file: CaseFile) -> Bool {
        guard let decision = file.decision else { return false }
        if decision.isUndone { return file.state == .final && decision.side == file.side }
        switch decision.act {
        case .dismiss, .refuseReservation: return true
        case .confirmReservation: return false
        case .warn, .withholdWork, .withholdModel, .requireRetrain, .suspend:
            return decision.side != file.side
        }
    }
}
