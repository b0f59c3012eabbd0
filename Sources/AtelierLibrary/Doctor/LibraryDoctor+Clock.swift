import CreditLedger
import SignedObjects
import SyncKit

extension LibraryDoctor {
    /// Compares this device's clock, the server's at the last contact and the time of the account's
    /// ledger.
    ///
    /// - Parameter repairs: Whether to correct the offset where this device's clock was set since
    ///   the last contact, by the boot clock, which cannot be set.
    func clockFindings(_ repairs: Bool) throws -> [DoctorReport.Finding] {
        let wallet = context.membership.server == nil ? nil : try? self.wallet.open().wallet
        let offset = try context.clockCorrection().offset ?? 0
        var findings: [DoctorReport.Finding] = []
        if let step = wallet?.clockStep {
            findings.append(try settingFinding(step, offset: offset, repairs))
            // Until the offset is corrected, this clock cannot be compared with anything.
            guard findings.allSatisfy(\.isRepaired) else { return findings }
        } else if Duration.milliseconds(offset.magnitude) > LedgerLimits.clockTolerance {
            findings.append(
                finding(
                    "At the last contact this device's clock was \(Self.words(offset)) the "
                        + "server's. Set it; until then it is corrected."))
        }
        guard let wallet else { return findings }
        return try findings + ledgerFindings(wallet)
    }

    /// The finding for a clock that was set since the last contact.
    private func settingFinding(
        _ step: Duration, offset: Int64, _ repairs: Bool
    ) throws -> DoctorReport.Finding {
        let milliseconds = step.wholeMilliseconds
        var finding = finding(
            "This device's clock was set since the last contact: it is "
                + "\(Self.words(-milliseconds)) where it would be. Sync, or let doctor correct it.")
        let (corrected, overflow) = offset.subtractingReportingOverflow(milliseconds)
        guard repairs, !context.store.isReadOnly, !overflow, LocalValue.offsets.contains(corrected)
        else {
            return finding
        }
        try context.store.write { try LocalValue.clockOffset.write(String(corrected), $0) }
        try context.store.setClockOffset(.milliseconds(corrected))
        // From here on the offset is relative to the present setting.
        var opened = try wallet.open()
        opened.wallet.acceptClockStep()
        try wallet.save(opened.wallet)
        finding.isRepaired = true
        return finding
    }

    /// The finding for a ledger whose time is ahead, or for credits that were leased while it was.
    private func ledgerFindings(_ wallet: DeviceWallet) throws -> [DoctorReport.Finding] {
        let now = try context.now()
        if let time = wallet.serverTime {
            let lead = min(time - now, time - context.environment.now())
            if lead > LedgerLimits.clockTolerance {
                return [
                    finding(
                        "The time of the server's ledger, \(time.toTheMinute), is "
                            + "\(Self.length(lead)) ahead of the server's clock and of this "
                            + "device's: the server's clock was wrong. Credits cannot be used "
                            + "until then. Ask the operator to run atelier-server service clock, "
                            + "then sync.")
                ]
            }
        }
        guard wallet.hasLeasesDatedAhead(now: now) else { return [] }
        return [
            finding(
                "Credits on this device were leased while the server's clock was wrong. Sync to "
                    + "exchange them; none is lost.")
        ]
    }

    private func finding(_ text: String) -> DoctorReport.Finding {
        .init(code: .clock, text: text)
    }

    /// Such as `5 h behind`, for how much another clock is ahead.
    private static func words(_ milliseconds: Int64) -> String {
        let side = milliseconds < 0 ? "ahead of" : "behind"
        return "\(length(.milliseconds(milliseconds.magnitude))) \(side)"
    }

    private static func length(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < 2 * 3600 { return "\(seconds / 60) minutes" }
        return seconds < 2 * 86_400 ? "\(seconds / 3600) hours" : "\(seconds / 86_400) days"
    }
}
