import AtelierProtocol
import AtelierServer

/// What the template of a decision about reservations shows.
struct ReservationsDecision {
    let form: ReservationForm
    let previews: [ReservationPreview]
    let words: ReservationTexts

    private var writer: PageWriter { words.writer }
    private var act: ReservationAct { form.act }

    /// Those that this can still be done about.
    private var possible: [ReservationPreview] {
        previews.filter { $0.record.state == act.state }
    }

    /// Those that somebody decided about, or withdrew, meanwhile.
    private var others: [ReservationPreview] {
        previews.filter { $0.record.state != act.state }
    }

    /// The cases that stand in the way of what can be done, each once.
    private var obstacles: [ReservationCase] {
        guard act == .confirm else { return [] }
        return Set(possible.flatMap(\.obstacles)).sorted { $0.number < $1.number }
    }

    var title: String {
        writer.text("reservations.title-\(act.rawValue)", count: possible.count)
    }

    func values(refusal: ServerError?) -> [String: Any] {
        let despite = Set(obstacles.map(\.number)).sorted().map(String.init)
        return [
            "act": act.rawValue, "button": title,
            "path": ReservationsPage.path
                + FormFields.query([("state", act.state.rawValue)]),
            "numbers": possible.map { String($0.record.number) }.joined(separator: " "),
            "reservations": possible.map(row), "others": others.map(row),
            "isPossible": !possible.isEmpty, "hasOthers": !others.isEmpty,
            "effect": writer.text("reservations.effect-\(act.rawValue)", count: possible.count),
            "obstacles": despite.isEmpty ? [] : [despite.joined(separator: " ")],
            "needsWords": act == .takeOff, "isBad": act != .confirm, "text": form.text ?? "",
            "refusal": refusal.map { [text(of: $0)] } ?? [],
        ]
    }

    private func row(_ preview: ReservationPreview) -> [String: Any] {
        var row = words.values(preview.record, preview.holder)
        row["cases"] = preview.cases.map { known in
            var values = words.values(known)
            values["isObstacle"] = act == .confirm && preview.obstacles.contains(known)
            return values
        }
        return row
    }

    /// Why nothing was done, as far as the page can tell it in the reader's language.
    private func text(of error: ServerError) -> String {
        if !others.isEmpty { return writer.text("reservations.changed") }
        let read = ReservationForm.numbers(form.despite) ?? []
        if obstacles.contains(where: { !read.contains($0.number) }) {
            return writer.text("reservations.obstacle")
        }
        if act == .takeOff, form.words.allSatisfy(\.isWhitespace) {
            return writer.text("reservations.words-needed")
        }
        return "\(error)"
    }
}
