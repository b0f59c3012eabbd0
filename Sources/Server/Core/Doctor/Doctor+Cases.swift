import AtelierProtocol
import SignedObjects

/// Cases: what is kept beside the events is what they add up to, and no event is out of turn.
extension Doctor {
    /// Every case, some at a time.
    func examineCases(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        try store.read { db in
            for number in try CaseStore(db: db).numbersWithoutRow() {
                check.add("Case \(number): its row is gone, its events are there.")
            }
            guard try CaseStore(db: db).guards() < RightsSchema.guards(db.kind) else { return }
            check.add(
                "What keeps the events of cases from being changed, and a decider from settling "
                    + "an appeal, is gone. Restore a backup.")
        }
        var (last, count): (Int64, Int) = (0, 0)
        while true {
            let numbers = try store.read { db in try CaseStore(db: db).numbers(after: last) }
            guard let end = numbers.last else { break }
            for number in numbers {
                do {
                    let found = try store.read { db in try Self.problems(number, in: db) }
                    for problem in found { check.add("Case \(number): \(problem).") }
                } catch {
                    check.add("Case \(number) cannot be read: \(error)")
                }
            }
            (last, count) = (end, count + numbers.count)
        }
        check.note = "\(count) case\(count == 1 ? "" : "s")"
    }

    private static func problems(_ number: Int64, in db: Database) throws -> [String] {
        let cases = CaseStore(db: db)
        let (summary, act) = try cases.row(number)
        let events = try cases.events(of: number)
        guard let first = events.first, first.kind == .opened, first.number == 1 else {
            return ["its opening is missing"]
        }
        var machine = summary.record.machine
        for (index, event) in events.enumerated() {
            guard event.number == index + 1 else {
                return ["its event \(index + 1) is missing"]
            }
            do {
                if let move = try event.move { _ = try machine.apply(move) }
            } catch {
                return [
                    "its event \(event.number), \(event.kind.rawValue) by \(event.actor), cannot "
                        + "follow those before it: \(error)"
                ]
            }
        }
        var problems: [String] = []
        func compare(_ what: String, _ kept: String?, _ folded: String?) {
            guard kept != folded else { return }
            problems.append(
                "its row says \(what) \(kept ?? "none"), its events \(folded ?? "none")")
        }
        compare("state", summary.state.rawValue, machine.state.rawValue)
        compare("waiting for", summary.waitsFor?.rawValue, machine.waitsFor?.rawValue)
        compare("decision", act?.rawValue, machine.decision?.act.rawValue)
        compare("decider", summary.decider, machine.decision?.moderator)
        compare("last change", summary.changed.rfc3339, events.last?.time.rfc3339)
        return problems
    }
}
