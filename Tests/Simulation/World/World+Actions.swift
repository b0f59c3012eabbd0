import GRDB
import SyncKit
import TestSupport

/// What a transaction throws to undo itself.
private struct Undone: Error {}

extension World {
    /// One transaction by one of a device's programs.
    func perform(_ write: Step.Write, on device: Device) throws {
        _ = try device.open()
        var rows = device.rows
        var effects = Effects()
        for statement in write.statements { statement.apply(to: &rows, effects: &effects) }
        let queries = write.statements.compactMap { $0.query(device.version) }
        if write.aborts {
            try abort(queries, by: write.program, on: device)
            return try check(device, expecting: [device.rows])
        }
        try commit((effects, rows), on: device) {
            try transaction(queries, by: write.program, on: device)
        }
    }

    /// One transaction: what it does, and the rows that are there then.
    func commit(
        _ outcome: (effects: Effects, rows: Rows), on device: Device,
        by transaction: () throws -> Void
    ) throws {
        let rows = outcome.rows
        var past = device.known
        for commit in device.unsettled { past.insert(commit) }
        let commit = history.add(outcome.effects, past: past, time: time.now)
        note("  commit \(commit)")
        device.uncertain.append((commit, rows))
        try transaction()
        past.insert(commit)
        device.known = past
        // What writes nothing leaves the log's end as it is: what failed before may still turn up.
        if rows != device.rows { device.settle(rows) }
        try check(device, expecting: [rows])
    }

    func transaction(
        _ queries: [Statement.Query], by program: Step.Program, on device: Device,
        undone: Bool = false
    ) throws {
        switch program {
        case .app:
            try device.open().write { db in
                for query in queries {
                    let statement = try db.cachedStatement(sql: query.sql)
                    _ = try PlainConnection.rows(statement.sqliteStatement, query.values)
                }
                if undone { throw Undone() }
            }
        case .other:
            try device.other().transaction { connection in
                for query in queries { try connection.execute(query.sql, query.values) }
                if undone { throw Undone() }
            }
        }
    }

    private func abort(
        _ queries: [Statement.Query], by program: Step.Program, on device: Device
    ) throws {
        do {
            try transaction(queries, by: program, on: device, undone: true)
        } catch is Undone {
            // As planned.
        }
    }

    /// One exchange with the server, which may break off.
    func perform(_ exchange: Step.Exchange, on device: Device) async throws {
        device.network.set(exchange.weather, seed: exchange.seed)
        let known = device.known
        let onServer = serverKnown
        let (counted, onServerCounted) = (device.counted, serverCounted)
        do {
            let report = try await run(exchange, on: device)
            try check(report, of: device)
            if report.segmentsSetAside == 0, report.changesRefused == 0, !lacksSnapshot(report) {
                device.known.formUnion(onServer)
                device.counted.formUnion(onServerCounted)
            }
            if try !device.hasPending() {
                for commit in device.unsettled { device.known.insert(commit) }
                device.unsettled = []
                if serverIsKnown {
                    serverKnown.formUnion(known)
                    serverCounted.formUnion(counted)
                }
            }
            try check(device, expecting: nil)
            try checkConstraints(of: device)
        } catch is SimulatedLoss {
            note("  the network lost something")
            try check(device, expecting: nil)
        } catch SimulatedRefusal.fromTheFuture
            where !script.troubles.isDisjoint(with: [.clocks, .serverClock])
        {
            note("  the server refused it")
            try check(device, expecting: nil)
        }
    }

    /// Whether the device could not load the snapshot that stands for what the server let go.
    private func lacksSnapshot(_ report: SyncReport) -> Bool {
        guard case .notLoaded = report.snapshotFailure else { return false }
        return true
    }

    private func isExpected(_ failure: SnapshotFailure, on device: Device) -> Bool {
        switch failure {
        // Without the older segments, and unable to read the snapshot of them, it waits.
        case .notLoaded: device.keyEpoch < keyEpoch
        // The server has seen no pull of this device from the beginning: its copy has.
        case .notTaken: script.troubles.contains(.forks)
        }
    }

    /// What the engine reports to have healed must have been ill.
    func check(_ report: SyncReport, of device: Device) throws {
        guard !report.rotatedReplicaID || !script.hasLastingNames else {
            throw Violation(.chains, "device \(device.index) began anew without a reason")
        }
        if let failure = report.snapshotFailure, !isExpected(failure, on: device) {
            throw Violation(.trusts, "device \(device.index): \(failure)")
        }
        guard report.rowsDated == 0 else {
            let count = report.rowsDated
            throw Violation(.trusts, "device \(device.index): \(count) rows had no clock")
        }
        // After a loss, places in the server's order mean other things to each device for a while.
        guard !report.repaired || plant != nil || script.troubles.contains(.serverLoss) else {
            throw Violation(.trusts, "device \(device.index) pulled everything again")
        }
    }

    private func run(_ exchange: Step.Exchange, on device: Device) async throws -> SyncReport {
        var steps = 0
        let writeMeanwhile = { [self] in
            guard let write = exchange.meanwhile else { return }
            device.rows = try device.read()
            device.settledRows = device.rows
            try perform(write, on: device)
        }
        var failure: (any Error)?
        var hasPulled = false
        let report = try await self.exchange(
            on: device, asksStanding: exchange.asksStanding, snapshotTail: exchange.snapshotTail,
            didPull: {
                guard !hasPulled, exchange.meanwhileAt == .pulled else { return }
                hasPulled = true
                try writeMeanwhile()
            },
            progress: { _ in
                defer { steps += 1 }
                guard exchange.meanwhileAt == .after(steps: steps) else { return }
                do { try writeMeanwhile() } catch { failure = error }
            })
        if let failure { throw failure }
        return report
    }

    /// One run as an app makes it: the ledger's word first, then whatever that allows.
    func exchange(
        on device: Device, asksStanding: Bool, snapshotTail: Int = Limits.snapshotTail,
        didPull: () async throws -> Void = {}, progress: (SyncReport) -> Void = { _ in }
    ) async throws -> SyncReport {
        let synchronizer = try device.synchronizer(snapshotTail: snapshotTail)
        if asksStanding { device.isSuspended = server.isSuspended }
        let report = try await synchronizer.run(
            mayWrite: { !device.isSuspended }, didPull: didPull, progress: progress)
        if report.isWritingRefused { device.isSuspended = true }
        return report
    }
}
