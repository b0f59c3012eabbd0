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
            ? "" : "; put out: \(revokedDevices.joined(separator: ", ").shown)"
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
    /// The text for a place of one line: a device's name comes from outside.
    var shown: String { PrintableText.line(self) }
}

extension OutputOptions {
    /// Shows an account that was changed: as it is now, or in words after its id.
    func show(_ account: AccountID, of core: ServerCore, _ words: String) throws {
        if json { return try Printer.json(AccountView(try core.accounts.summary(of: account))) }
        try Printer.line("\(account) \(words)")
    }
}
