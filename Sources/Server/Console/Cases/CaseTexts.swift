import AtelierProtocol
import AtelierServer
import Foundation
import SignedObjects

/// Cases in the reader's words.
struct CaseTexts {
    let writer: PageWriter
    /// The moderator who reads.
    let name: String
    let now: UnixTime

    /// A case in the queue.
    func row(_ queued: QueuedCase) -> [String: Any] {
        let (summary, record) = (queued.summary, queued.summary.record)
        let isOwn = summary.state == .appealed && summary.decider == name
        return [
            "id": String(record.id), "address": CasePage.path(record.id),
            "kind": writer.text("case.kind-\(record.kind.rawValue)"),
            "about": about(record), "isOwn": isOwn,
            "state": state(summary.state, summary.waitsFor), "isOverdue": queued.isOverdue,
            "isAppealed": summary.state == .appealed,
            "isNew": summary.state == .open, "opened": writer.time(record.opened),
            "age": writer.duration(
                seconds: (now.milliseconds - record.opened.milliseconds) / 1000),
            "lock": lock(queued.lock),
        ]
    }

    /// A case in the list of an account's.
    func line(_ summary: CaseSummary) -> [String: Any] {
        let record = summary.record
        return [
            "id": String(record.id), "address": CasePage.path(record.id),
            "kind": writer.text("case.kind-\(record.kind.rawValue)"),
            "opened": writer.time(record.opened),
            "state": state(summary.state, summary.waitsFor),
            "act": summary.act.map { [writer.text("case.act-\($0.rawValue)")] } ?? [],
        ]
    }

    /// A stranger's link is text that says where it leads, and can be followed where it is one.
    static func link(_ text: String) -> [String: Any] {
        let isWeb = text.hasPrefix("https://") || text.hasPrefix("http://")
        return ["text": PrintableText.line(text), "address": isWeb ? [text] : []]
    }

    /// Who is on both sides, and how near the fingerprints are.
    func about(_ record: CaseRecord) -> String {
        var parts = CaseSide.allCases.compactMap { record.party($0) }.map(party)
        if let distance = record.distance {
            parts.append(writer.text("case.distance", count: distance))
        }
        return parts.joined(separator: ", ")
    }

    /// One side, by what it put forward.
    func party(_ party: CaseParty) -> String {
        let what = writer.text("case.party-\(party.kind.rawValue)", ["number": "\(party.id)"])
        guard let account = party.account else { return what }
        return party.kind == .account ? "\(what) \(account.short)" : "\(what) (\(account.short))"
    }

    /// How far a case is, in words.
    func state(_ state: CaseState, _ waitsFor: CaseSide?) -> String {
        guard state == .waiting, let waitsFor else {
            return writer.text("case.state-\(state.rawValue)")
        }
        return writer.text("case.waits-\(waitsFor.rawValue)")
    }

    /// Who works on a case.
    func lock(_ lock: CaseLock?) -> [[String: Any]] {
        guard let lock else { return [] }
        return [
            [
                "name": lock.moderator, "isYours": lock.moderator == name,
                "until": writer.time(lock.until),
            ]
        ]
    }

    /// Something that happened.
    func event(_ event: CaseEvent) -> [String: Any] {
        let sides = CaseSide.allCases.map(\.rawValue)
        let isPerson = !sides.contains(event.actor) && event.actor != "server"
        let actor = isPerson ? event.actor : writer.text("case.actor-\(event.actor)")
        let isSame = event.claimantText == event.respondentText
        var letters: [[String: String]] = []
        if !event.claimantText.isEmpty {
            let key = isSame ? "case.letter-both" : "case.letter-claimant"
            letters.append(["to": writer.text(key), "text": event.claimantText])
        }
        if !event.respondentText.isEmpty, !isSame {
            letters.append([
                "to": writer.text("case.letter-respondent"), "text": event.respondentText,
            ])
        }
        return [
            "time": writer.time(event.time), "actor": PrintableText.line(actor),
            "what": writer.text("case.event-\(event.kind.rawValue)"),
            "act": event.act.map { writer.text("case.act-\($0.rawValue)") }?.ifAny ?? [],
            "code": PrintableText.line(event.code).ifAny, "words": event.text.ifAny,
            "letters": letters, "isSide": sides.contains(event.actor),
            "until": event.until.map { [writer.time($0)] } ?? [],
        ]
    }

    /// What an act touches, a sentence a line.
    func effects(_ act: CaseAct, _ effect: DecisionEffect) -> [String] {
        switch act {
        case .dismiss, .warn: return [writer.text("case.effect-\(act.rawValue)")]
        case .confirmReservation, .refuseReservation:
            let number = String(effect.reservation ?? 0)
            return [writer.text("case.effect-\(act.rawValue)", ["number": number])]
        case .withholdWork, .withholdModel, .requireRetrain:
            return [
                writer.text("case.effect-models", count: effect.models.count),
                writer.text("case.effect-receipts", count: effect.receipts),
                writer.text("case.effect-held", count: effect.heldSpends),
                writer.text("case.effect-local"),
            ]
        case .suspend:
            var lines = suspension(
                leased: effect.leasedCredits, until: effect.usableUntil, held: effect.heldSpends,
                reservations: effect.reservations ?? 0)
            if effect.suspensionBefore != nil { lines.append(writer.text("case.effect-before")) }
            return lines
        }
    }

    /// What a suspension does and cannot stop, a sentence a line; what is none is left out.
    func suspension(leased: Int, until: UnixTime?, held: Int, reservations: Int) -> [String] {
        var lines = [
            writer.text("case.effect-suspend"), writer.text("case.effect-leased", count: leased),
        ]
        if let until {
            let time = writer.time(until)["utc"] ?? ""
            lines.append(writer.text("case.effect-until", ["time": time]))
        }
        if held > 0 { lines.append(writer.text("case.effect-held", count: held)) }
        if reservations > 0 {
            lines.append(writer.text("case.effect-reservations", count: reservations))
        }
        return lines
    }

    /// How near two fingerprints are, as a drawing of numbers: of 256 bits, 31 still match.
    func scale(_ distance: Int) -> [String: String] {
        let percent = (Double(distance) / 256 * 1000).rounded() / 10
        return [
            "at": "\(percent)%", "bits": String(distance),
            "text": writer.text("case.distance", count: distance),
        ]
    }
}
