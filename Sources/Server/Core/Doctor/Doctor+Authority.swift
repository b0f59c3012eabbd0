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
    }
}
