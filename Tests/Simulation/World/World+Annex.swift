import GRDB
import SyncKit
import TestSupport

extension World {
    /// One transaction on the tables with constraints; SQLite may refuse all of it.
    func perform(_ write: AnnexWrite, on device: Device) throws {
        _ = try device.open()
        let number = tally.begin(write)
        let queries = write.statements.map(\.query)
        do {
            try transaction(queries, by: write.program, on: device)
            tally.commit(number)
            device.counted.insert(number)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            tally.refuse(number)
            note("  refused: \(error.message ?? "")")
        } catch let error as PlainConnection.Failure where error.code & 0xff == 19 {
            tally.refuse(number)
            note("  refused: \(error)")
        }
        try checkConstraints(of: device)
    }

    /// Whatever was merged, no reference may dangle.
    func checkConstraints(of device: Device) throws {
        guard device.hasAnnex, let breach = try Annex.breach(in: device.open()) else { return }
        throw Violation(.constrains, "device \(device.index): \(breach)")
    }

    /// In the end all hold the same, and every addition counts once, whoever was copied when.
    func checkAnnex() throws {
        guard script.troubles.contains(.constraints) else { return }
        let all = try devices.map { try Annex.contents(of: $0.open()) }
        for (device, rows) in zip(devices, all) {
            try checkConstraints(of: device)
            guard rows != all[0] else { continue }
            let difference = Set(rows).symmetricDifference(all[0]).sorted().prefix(4)
                .joined(separator: "; ")
            throw Violation(.converges, "device \(device.index) against 0: \(difference)")
        }
        if let cycle = try Annex.cycle(in: devices[0].open()) {
            throw Violation(.constrains, cycle)
        }
        var required = serverCounted
        for device in devices { required.formUnion(device.counted) }
        let tallies = try Annex.tallies(of: devices[0].open())
        if let complaint = tally.complaint(about: tallies, required: required) {
            throw Violation(.keeps, complaint)
        }
    }
}
