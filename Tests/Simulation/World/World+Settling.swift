import SyncKit
import TestSupport

extension World {
    /// Rounds after which all must be quiet: once around for what each has, and room for repair.
    private static let roundLimit = 8

    /// Ends all trouble, lets everybody exchange until nothing is new, and checks the outcome.
    func settle() async throws {
        note("all trouble ends")
        server.setSuspended(false)
        // What the server's clock has dated into the future comes to pass.
        server.setClock(ahead: 0)
        if script.troubles.contains(.serverClock) { time.advance(by: 3_600_000) }
        for device in devices {
            device.disk.plan(nil)
            device.take(keys: keyEpoch)
            device.network.setCut(false)
            await device.network.deliverLate()
            device.network.set(.fine, seed: script.seed)
            guard device.version < newestVersion else { continue }
            device.closeAll()
            device.version = newestVersion
            try check(device, expecting: nil)
        }
        if plant == .hiddenWrite { try hideAWrite() }
        var isQuiet = false
        for round in 0..<Self.roundLimit where !isQuiet {
            // What was set aside for its time gets it.
            time.advance(by: 6 * 60 * 1000)
            isQuiet = try await exchangeOnce() && round > 0
        }
        guard isQuiet else {
            throw Violation(.settles, "news after \(Self.roundLimit) quiet rounds")
        }
        try checkOutcome()
    }

    /// True where nobody had any news.
    private func exchangeOnce() async throws -> Bool {
        var isQuiet = true
        for device in devices {
            let report = try await exchange(on: device, asksStanding: true)
            note("device \(device.index): \(report)")
            isQuiet = isQuiet && report.segmentsReceived == 0 && report.segmentsSent == 0
            try check(report, of: device)
        }
        return isQuiet
    }

    private func checkOutcome() throws {
        let all = try devices.map { try $0.read() }
        for (device, rows) in zip(devices, all) {
            guard rows == all[0] else {
                throw Violation(
                    .converges,
                    "device \(device.index) against 0: "
                        + rows.difference(to: all[0]))
            }
            try examine(device)
            let store = try device.open()
            let (pending, aside) = (
                try store.pendingChangeCount(),
                try store.quarantinedSegmentCount() + store.refusedChangeCount()
            )
            guard pending == 0, aside == 0 else {
                throw Violation(
                    .settles, "device \(device.index): \(pending) pending, \(aside) set aside")
            }
            let faults = try store.faults()
            guard faults.isEmpty || plant != nil else {
                throw Violation(.trusts, "device \(device.index): \(faults)")
            }
        }
        var required = serverKnown
        for device in devices { required.formUnion(device.known) }
        if let complaint = history.complaint(about: all[0], required: required) {
            throw Violation(.keeps, complaint)
        }
        try checkAnnex()
        try checkRestored(required: required)
        if script.hasTrueClocks,
            let complaint = history.complaint(aboutLatestIn: all[0], required: required)
        {
            throw Violation(.ordersByTime, complaint)
        }
    }

    /// Changes a row with triggers off and no engine near.
    private func hideAWrite() throws {
        guard let device = devices.first else { return }
        device.close()
        let connection = try device.other()
        let triggers = try connection.rows(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for case .text(let name) in triggers.map({ $0[0] }) {
            let name = String(decoding: name, as: UTF8.self)
            try connection.execute("DROP TRIGGER \"\(name)\"")
        }
        try connection.execute(
            "INSERT OR REPLACE INTO tags(id, born, label) VALUES(?, 'hidden', 'hidden')",
            [Studio.id(0)])
        device.closeOther()
    }
}
