import AtelierServer
import CreditLedger
import SignedObjects

/// An account in output.
struct AccountView: Encodable {
    /// Its credits in output.
    struct Credits: Encodable {
        let granted, free, leased, spent: Int
        let leasedUntil: Moment?
    }

    let account: AccountID
    let created: Moment
    let standing: String
    let reason: String?
    let until: Moment?
    let devices: [String]
    let revokedDevices: [String]
    let lastSeen: Moment?
    let credits: Credits
    let heldSpends: Int
    let contradictions: Int
    let segments: Int
    let segmentBytes: Int

    init(_ summary: AccountSummary) {
        account = summary.account
        created = Moment(summary.created)
        standing = summary.standing
        reason = summary.reason
        until = Moment(summary.until)
        devices = summary.devices
        revokedDevices = summary.revokedDevices
        lastSeen = Moment(summary.lastSeen)
        credits = Credits(
            granted: summary.credits.granted, free: summary.credits.free,
            leased: summary.credits.leased, spent: summary.credits.spent,
            leasedUntil: Moment(summary.leasedUntil))
        heldSpends = summary.heldSpends
        contradictions = summary.contradictions
        segments = summary.segments
        segmentBytes = summary.segmentBytes
    }

    var lines: [String] {
        let end = until.map { " until \($0.time.rfc3339)" } ?? ""
        let putOut =
            revokedDevices.isEmpty
            ? "" : "; revoked: \(revokedDevices.joined(separator: ", ").shown)"
        let leaseEnd = credits.leasedUntil.map { ", usable until \($0.time.rfc3339)" } ?? ""
        return [
            "account    \(account)",
            "standing   \(standing)\(reason.map { " (\($0.shown))" } ?? "")\(end)",
            "created    \(created.time.rfc3339)",
            "last seen  \(lastSeen?.time.rfc3339 ?? "never")",
            "devices    \(devices.joined(separator: ", ").shown)\(putOut)",
            "credits    \(credits.granted) given: \(credits.free) free, \(credits.leased) lent"
                + "\(leaseEnd), \(credits.spent) spent",
            "held       \(Printer.count(heldSpends, "spend")), until a suspension is lifted",
            "proofs     \(Printer.count(contradictions, "spend")) against another one",
            "stored     \(Printer.count(segments, "sealed segment")), \(segmentBytes) bytes",
        ]
    }
}

extension String {
    /// The text on one line, without control characters: a device's name comes from outside.
    var shown: String { PrintableText.line(self) }
}

extension OutputOptions {
    /// Shows an account that was changed: as it is now, or in words after its id.
    func show(_ account: AccountID, of core: ServerCore, _ words: String) throws {
        if json { return try Printer.json(AccountView(try core.accounts.summary(of: account))) }
        try Printer.line("\(account) \(words)")
    }
}

/// What a suspension cannot stop at once, in output.
struct EffectView: Encodable {
    let account: AccountID
    let serial: Int
    let leasedCredits: Int
    let devices: Int
    let usableUntil: Moment?
    let heldSpends: Int
    /// Reservations that are off the list meanwhile.
    let reservations: Int
    /// The suspension that this one replaces, if any.
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
        (heldSpends, reservations) = (effect.heldSpends, effect.reservations)
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
        if reservations > 0 {
            lines.append(
                "\(Printer.count(reservations, "reservation")) off the list while it lasts")
        }
        if dryRun { lines.append("nothing was changed") }
        return lines
    }
}
