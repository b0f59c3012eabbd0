import AtelierProtocol
import AtelierServer
import SignedObjects

/// Reservations in the reader's words.
struct ReservationTexts {
    let writer: PageWriter
    let cases: CaseTexts

    /// A reservation of the list.
    func row(
        _ record: ReservationRecord, _ listing: ReservationListing, isTicked: Bool
    ) -> [String: Any] {
        var row = values(record, record.holder.flatMap { listing.holders[$0] })
        row["cases"] = (listing.cases[record.number] ?? []).map { values($0) }
        row["isTicked"] = isTicked
        return row
    }

    /// What a reservation says of itself.
    func values(_ record: ReservationRecord, _ holder: HolderRequest?) -> [String: Any] {
        [
            "number": String(record.number),
            "account": record.account.map { [account($0)] } ?? [],
            "holder": holder.map { [values($0)] } ?? [],
            "quality": writer.text("reservations.quality", ["value": String(record.quality)]),
            "isPoor": record.isPoor,
            "isHeld": record.isHeld, "requested": writer.time(record.requested),
            "changed": record.state == .pending ? [] : [writer.time(record.changed)],
            "words": record.words.ifAny,
            "state": writer.text("reservations.state-\(record.state.rawValue)"),
        ]
    }

    /// A case that a reservation is in.
    func values(_ known: ReservationCase) -> [String: Any] {
        [
            "address": CasePage.path(known.number),
            "name": writer.text("case.title", ["number": String(known.number)]),
            "state": cases.state(known.state, nil),
            "act": known.act.map { [writer.text("case.act-\($0.rawValue)")] } ?? [],
        ]
    }

    /// The buttons of a list of reservations that are so far.
    func acts(in state: ReservationState) -> [[String: Any]] {
        ReservationAct.possible(in: state).map { act in
            ["value": act.rawValue, "name": writer.text("reservations.act-\(act.rawValue)")]
        }
    }

    private func account(_ account: AccountID) -> [String: String] {
        let id = account.description
        return [
            "id": id, "short": account.short,
            "all": ReservationsPage.path + FormFields.query([("account", id)]),
        ]
    }

    private func values(_ holder: HolderRequest) -> [String: Any] {
        let number = String(holder.id)
        return [
            "contact": PrintableText.line(holder.contact).ifAny,
            "links": holder.link.isEmpty ? [] : [CaseTexts.link(holder.link)],
            "name": writer.text("reservations.request", ["number": number]),
            "all": ReservationsPage.path + FormFields.query([("holder", number)]),
        ]
    }
}
