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
    /// True where nothing was ordered.
    let dryRun: Bool

    init(_ effect: SuspensionEffect, dryRun: Bool) {
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
