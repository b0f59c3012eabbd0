import SyncKit
import TestSupport

extension World {
    func perform(_ event: Step.Event, on device: Device) async throws {
        switch event {
        case .act(let action, let fault): try await act(action, fault, on: device)
        case .cutPower:
            device.disk.cutPower()
            try reboot(device, expecting: device.possibleRows)
        case .jump(let milliseconds): device.clock.jump(by: milliseconds)
        case .setCut(let isCut): device.network.setCut(isCut)
        case .setSuspended(let isSuspended): server.setSuspended(isSuspended)
        case .setServerClock(let ahead): server.setClock(ahead: ahead)
        case .makeKey:
            keyEpoch += 1
            device.take(keys: keyEpoch)
        case .takeKeys: device.take(keys: keyEpoch)
        case .join:
            guard devices.count < Self.deviceLimit else { return }
            try addDevice(version: devices.map(\.version).min() ?? Studio.latestVersion)
        case .fork:
            guard devices.count < Self.deviceLimit else { return }
            let copy = device.makeCopy(onServer: serverKnown)
            try addDevice(version: device.version, copying: copy)
            noteUse(of: copy)
            if let added = devices.last { try checkAnew(added, expecting: added.possibleRows) }
        case .keepCopy: device.copy = device.makeCopy(onServer: serverKnown)
        case .goBackToCopy:
            guard let copy = device.copy else { return }
            device.load(copy)
            noteUse(of: copy)
            try checkAnew(device, expecting: device.possibleRows)
        case .serverKeepsCopy: serverCopy = server.backup()
        case .serverGoesBackToCopy(let raisingEpoch):
            guard let serverCopy else { return }
            forgetServer()
            server.restore(to: serverCopy, raisingEpoch: raisingEpoch)
        case .serverIsWiped:
            forgetServer()
            server.wipe()
        case .serverCompacts: server.compact(keepingGrace: 0)
        }
    }

    private func forgetServer() {
        serverIsKnown = false
        serverKnown = CommitSet()
        serverCounted = CommitSet()
    }

    /// Both copies date anew what a wrong clock dated into the future, each by its own time.
    private func noteUse(of copy: Device.Copy) {
        guard
            !script.troubles.isDisjoint(with: [.clocks, .serverClock]) || !Promises.copiesKeepDates
        else { return }
        history.redatable.formUnion(copy.unsent)
    }

    private func act(_ action: Step.Action, _ fault: DiskFault?, on device: Device) async throws {
        let strikes = device.disk.strikeCount
        let isStruck = { device.disk.strikeCount > strikes }
        device.disk.plan(fault)
        do {
            try await act(action, on: device)
        } catch is SimulatedLoss {
            note("  the network lost something")
        } catch let violation as Violation {
            throw violation
        } catch  where isStruck() {
            note("  the fault struck: \(error)")
        }
        device.disk.plan(nil)
        guard isStruck() else { return }
        if device.disk.isDown || device.disk.isKilled("app") || device.disk.isKilled("other") {
            try reboot(device, expecting: expectation(after: action, on: device))
        } else if action.isOneWrite {
            try check(device, expecting: device.possibleRows)
        } else {
            try check(device, expecting: nil)
            device.isMergeUncertain = device.isMergeUncertain || action.merges
        }
    }

    /// What the tables may hold once `action` was broken off, nil where history must tell.
    private func expectation(after action: Step.Action, on device: Device) -> [Rows]? {
        switch action {
        case .write, .writeAnnex, .restore, .reopen, .vacuum:
            device.possibleRows
        case .exchange, .upgrade: nil
        }
    }

    private func act(_ action: Step.Action, on device: Device) async throws {
        switch action {
        case .write(let write): try perform(write, on: device)
        case .writeAnnex(let write): try perform(write, on: device)
        case .restore(let number): try restore(number, on: device)
        case .exchange(let exchange): try await perform(exchange, on: device)
        case .reopen:
            device.closeAll()
            try checkAnew(device, expecting: device.possibleRows)
        case .upgrade:
            device.closeAll()
            device.version = Studio.latestVersion
            newestVersion = device.version
            try check(device, expecting: nil)
        case .vacuum:
            _ = try device.open()
            try device.other().execute("VACUUM")
            try check(device, expecting: device.possibleRows)
        }
    }

    /// Brings a device back whose power was cut, or one of whose programs was killed.
    private func reboot(_ device: Device, expecting: [Rows]?) throws {
        device.closeAll()
        device.disk.restart()
        if plant == .staleFile, let copy = device.copy { device.disk.load(copy.image) }
        if plant == .staleFile { device.copy = device.makeCopy(onServer: serverKnown) }
        try checkAnew(device, expecting: expecting)
        try examine(device)
    }

    /// Asks SQLite about its file and the engine's doctor about the rest.
    func examine(_ device: Device) throws {
        guard try device.isWhole() else {
            throw Violation(.isWhole, "device \(device.index): the file")
        }
        let diagnosis = try device.open().diagnose()
        guard diagnosis.isHealthy || plant != nil else {
            throw Violation(.isWhole, "device \(device.index): \(diagnosis)")
        }
    }

    /// Compares as below after the log was read anew: what may turn up has done so.
    private func checkAnew(_ device: Device, expecting: [Rows]?) throws {
        try check(device, expecting: expecting)
        device.isMergeUncertain = false
    }

    /// Compares what the tables hold with what they may, and goes on from there.
    ///
    /// - Parameter expecting: What they may hold; nil where history alone must explain it.
    func check(_ device: Device, expecting: [Rows]?) throws {
        let found = try device.read()
        if let expecting, !device.isMergeUncertain, !expecting.contains(found) {
            throw Violation(
                .commits, "device \(device.index): \(found.difference(to: expecting[0]))")
        }
        if let complaint = history.complaint(about: found, required: device.known) {
            throw Violation(.keeps, "device \(device.index): \(complaint)")
        }
        if let seen = device.uncertain.first(where: { $0.rows == found }), found != device.rows {
            device.unsettled.append(seen.commit)
        }
        if expecting == nil { device.settledRows = found }
        device.rows = found
    }
}
