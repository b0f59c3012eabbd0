public import AtelierProtocol
import SignedObjects

/// A case that a reservation, or the registered work that it stands for, is in.
public struct ReservationCase: Codable, Sendable, Hashable {
    /// The case's number.
    public let number: Int64
    /// Why it was opened.
    public let kind: CaseKind
    /// The reservation's side.
    public let side: CaseSide
    /// How far it is.
    public let state: CaseState
    /// The decision in force; nil for none.
    public let act: CaseAct?

    /// Such as `case 7, decided: dismiss`.
    public var line: String {
        "case \(number), \(state.rawValue)\(act.map { ": \($0.rawValue)" } ?? "")"
    }
}

extension ReservationStore {
    /// The cases of the reservations in a state, or of all, by their numbers.
    func cases(inState state: ReservationState?) throws -> [Int64: [ReservationCase]] {
        try cases(
            state == nil ? "r.number > 0" : "r.state = ?1", [state?.rawValue].compactMap { $0 })
    }

    /// The cases of some reservations, by their numbers.
    func cases(of numbers: [Int64]) throws -> [Int64: [ReservationCase]] {
        guard !numbers.isEmpty else { return [:] }
        let list = numbers.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return try cases("r.number IN (\(list))", numbers)
    }

    /// The cases that keep a reservation from being confirmed without a further look: those that go
    /// on, and those that were decided against it. Where neither of two like works was taken from
    /// who registered it, none of the two shuts the other out.
    func obstacles(to number: Int64) throws -> [ReservationCase] {
        try cases("r.number = ?1", [number])[number, default: []].filter { known in
            switch (known.act, known.state) {
            case (_, .appealed): return true
            case (nil, let state): return state != .final
            case (.confirmReservation, _): return false
            case (.dismiss, _): return known.kind == .match || known.side == .claimant
            case (.refuseReservation, _): return true
            default:
                let decision = try CaseStore(db: db).history(known.number).decision
                return decision?.side == known.side
            }
        }
    }

    /// - Parameter condition: Which reservations `r` are looked for, with its arguments.
    private func cases(
        _ condition: String, _ arguments: [any SQLConvertible]
    ) throws -> [Int64: [ReservationCase]] {
        let limit = "?\(arguments.count + 1)"
        let statements = CaseSide.allCases.flatMap { side in
            let name = side.rawValue
            return [
                """
                SELECT r.number AS reservation, m.* FROM reservation AS r
                JOIN moderation_case AS m
                    ON m.\(name)_kind = 'reservation' AND m.\(name)_id = r.number
                WHERE \(condition) ORDER BY r.number, m.id LIMIT \(limit)
                """,
                """
                SELECT r.number AS reservation, m.* FROM reservation AS r
                JOIN work_registration AS w ON w.account = r.account AND w.work = r.work
                JOIN moderation_case AS m
                    ON m.\(name)_kind = 'registration' AND m.\(name)_id = w.row_id
                WHERE \(condition) ORDER BY r.number, m.id LIMIT \(limit)
                """,
            ].map { (side, SQLStatement($0, arguments + [Limits.listedRows])) }
        }
        let answers = try db.answers(to: statements.map(\.1))
        var found: [Int64: [ReservationCase]] = [:]
        for (statement, answer) in zip(statements, answers) {
            for row in answer.rows {
                found[try row["reservation"], default: []].append(
                    ReservationCase(
                        number: try row["id"], kind: try row.choice("kind"), side: statement.0,
                        state: try row.choice("state"), act: try row.optionalChoice("act")))
            }
        }
        return found.mapValues { $0.sorted { $0.number < $1.number } }
    }
}
