import AtelierProtocol
import Foundation
import Provenance
import SignedObjects

extension Doctor {
    /// Whether every root certificate is of the server's key, and the newest goes on for long.
    func examineAuthority(_ store: any DatabaseStore, _ check: inout DoctorReport.Check) throws {
        let roots = try store.read { db in try AuthorityStore(db: db).roots() }
        guard let newest = roots.first else {
            return check.add("There is no root certificate; the next start makes one.")
        }
        let key = try ServerKey.read(folder.appendingPathComponent("keys/server.key").path)
        check.note = "\(roots.count) root certificates"
        for root in roots {
            let authority = try? AuthorityKey.authority(
                root.number, certificate: root.der ?? [], server: key)
            if authority == nil {
                check.add(
                    "Root certificate \(root.number) is not of this server's key, or is damaged. "
                        + "Restore database and key from one backup.")
            }
        }
        let (age, _) = now.milliseconds.subtractingReportingOverflow(newest.made.milliseconds)
        if age > Limits.rootAge.wholeMilliseconds {
            check.add(
                "The root certificate ends within a year, and with it every certificate of a "
                    + "device. Say: atelier-server authority rotate --reason TEXT")
        }
        try examineRevocations(store, &check)
    }

    /// Whether the list of revoked certificates can be read, has no gap, and names every device
    /// that an order revokes.
    private func examineRevocations(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        try store.read { db in
            let list = RevocationStore(db: db)
            let (told, entries) = (try list.count(), try list.entries())
            check.note += ", \(entries.count) revocations"
            if told != entries.count {
                check.add(
                    "The list of revoked certificates has \(entries.count) entries and should "
                        + "have \(told): it cannot be sent. Restore the database from a backup.")
            }
            let isFull = told >= ProtocolLimits.revocations
            if isFull {
                check.add(
                    "The list of revoked certificates is full, with \(told) entries: devices that "
                        + "are revoked from now on are not on it.")
            }
            for device in try list.missing() where !isFull {
                check.add("The revoked device \(device) is not on the list of revocations.")
            }
        }
    }
}
