import AtelierServer
import SignedObjects

/// What a suspension cannot stop at once, in output.
struct EffectView: Encodable {
    let account: AccountID
    let serial: Int
    let leasedCredits: Int
    let devices: Int
    let usableUntil: Moment?
    let heldSpends: Int
    /// The suspension that this one takes the place of, if any.
    let replaces: Replaced?
    /// True where nothing was ordered.
    let dryRun: Bool

    /// A suspension that was in force before.
    struct Replaced: Encodable {
        let reason: String
        let until: Moment?

        var line: String {
            "in the place of the suspension for \(reason), "
                + (until.map { "until \($0.time.rfc3339)" } ?? "without an end")
        }
    }

    init(_ effect: SuspensionEffect, replacing before: AccountSummary, dryRun: Bool) {
        replaces =
            before.standing == "suspended"
            ? Replaced(reason: before.reason ?? "", until: Moment(before.until)) : nil
        account = effect.account
        serial = effect.serial
        leasedCredits = effect.leasedCredits
        devices = effect.devices
        usableUntil = Moment(effect.usableUntil)
        heldSpends = effect.heldSpends
        self.dryRun = dryRun
    }

    var lines: [String] {
        let verb = dryRun ? "would be suspended" : "is suspended"
        var lines = ["\(account) \(verb) from its next request on (order \(serial))"]
        if let replaces { lines.append(replaces.line) }
        if let usableUntil {
            lines += [
                "at most \(Printer.count(leasedCredits, "credit")), lent to "
                    + "\(Printer.count(devices, "device")), can still be used offline, none after "
                    + usableUntil.time.rfc3339,
                "none of these gets a receipt while the suspension lasts",
            ]
        } else {
            lines.append("no device holds a credit: nothing more can be generated")
        }
        if heldSpends > 0 {
            let spends = Printer.count(heldSpends, "spend")
            lines.append("\(spends) that came before stay held with them")
        }
        if dryRun { lines.append("nothing was changed") }
        return lines
    }
}
