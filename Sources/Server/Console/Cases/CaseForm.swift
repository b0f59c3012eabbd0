import AtelierProtocol
import AtelierServer
import Hummingbird
import SignedObjects

/// What a form of a case's page says.
struct CaseForm: Decodable {
    /// How many events the page showed.
    var version: String?
    var act: String?
    var side: String?
    var code: String?
    var text: String?
    var claimant: String?
    var model: String?
    /// How many days a suspension lasts; empty: until it is lifted.
    var days: String?

    var seen: Int? { version.flatMap { Int($0) } ?? 0 }
    var chosenSide: CaseSide? { side.flatMap { CaseSide(rawValue: $0) } }

    /// Words with the line ends that are stored: browsers send other ones.
    func words(_ text: String?) -> String {
        (text ?? "").replacing("\r\n", with: "\n")
    }

    /// The verdict that the form names.
    ///
    /// - Throws: `HTTPError` where no page of ours sends such a form.
    func verdict(now: UnixTime) throws -> CaseVerdict {
        guard let act = act.flatMap({ CaseAct(rawValue: $0) }), let side = chosenSide else {
            throw HTTPError(.badRequest)
        }
        let toClaimant = words(claimant)
        return CaseVerdict(
            act: act, side: side, code: code ?? "", text: words(text),
            claimantText: toClaimant.isEmpty ? nil : toClaimant,
            model: model.flatMap { Digest(hex: $0.lowercased()) },
            until: act == .suspend ? try end(now: now) : nil)
    }

    private func end(now: UnixTime) throws -> UnixTime? {
        guard let days, !days.isEmpty else { return nil }
        guard let count = Int64(days), (1...Limits.suspensionDays).contains(count) else {
            throw HTTPError(.badRequest)
        }
        return now + .seconds(count * 86_400)
    }
}
