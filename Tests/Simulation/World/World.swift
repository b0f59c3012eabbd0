import SyncKit
import TestSupport

/// A few devices and a server, all in memory, doing what a ``Script`` says.
final class World {
    static let deviceLimit = 5

    let script: Script
    let plant: Plant?
    let time: SimulatedTime
    let server: SimulatedServer
    let chains = ChainWatch()
    var devices: [Device] = []
    var history = History()
    /// What was counted in the tables of ``Annex``.
    var tally = Tally()
    /// Conflicts that were restored.
    var restored: [Restored] = []
    /// The commits that the server surely holds.
    var serverKnown = CommitSet()
    /// The transactions of ``Tally`` that the server surely holds.
    var serverCounted = CommitSet()
    /// False once the server lost something: then it is not known what it holds.
    var serverIsKnown = true
    var serverCopy: SimulatedAccount?
    /// The newest library key.
    var keyEpoch: UInt32 = 1
    /// The newest version that any device has run: what it wrote may be set aside until all run it,
    /// also where that device itself went back to an older copy.
    var newestVersion = 1
    /// Called with what each step came to.
    private let trace: ((String) -> Void)?

    init(_ script: Script, plant: Plant? = nil, trace: ((String) -> Void)? = nil) {
        self.script = script
        self.plant = plant
        self.trace = trace
        time = SimulatedTime(seed: script.seed)
        server = SimulatedServer(time: time, seed: script.seed ^ 1)
    }

    /// Does every step, then lets all come to rest, and checks.
    ///
    /// - Throws: ``Violation``.
    func run() async throws {
        var number = 0
        do {
            let version = script.troubles.contains(.upgrades) ? 1 : Studio.latestVersion
            newestVersion = version
            for _ in 0..<script.replicas { try addDevice(version: version) }
            for step in script.steps {
                time.advance(by: step.pause)
                let device = devices[step.replica % devices.count]
                note("\(number) device \(device.index): \(step)")
                try await perform(step.event, on: device)
                if script.hasSoundChains, let complaint = chains.complaint {
                    throw Violation(.chains, complaint)
                }
                number += 1
            }
            try await settle()
            devices.forEach { $0.closeAll() }
        } catch {
            if trace != nil { noteClocks() }
            devices.forEach { $0.closeAll() }
            var violation = error as? Violation ?? Violation(.works, "\(error)")
            violation.step = number
            throw violation
        }
    }

    func note(_ text: @autoclosure () -> String) {
        trace?(text())
    }

    /// A new device with an empty store, or with a copy of another's.
    func addDevice(version: Int, copying copy: Device.Copy? = nil) throws {
        let index = devices.count
        let hasAnnex = script.troubles.contains(.constraints)
        var generator = SeededGenerator(seed: script.seed ^ UInt64(index + 1) << 32)
        let clock = DeviceClock(
            time: time, error: clockError(&generator), seed: generator.next())
        let disk = SimulatedDisk(seed: generator.next()) { clock.wallMilliseconds }
        if plant == .lyingDisk { disk.ignoreSyncs() }
        var transport: any Transport = server.transport(for: index)
        if let plant { transport = PlantedTransport(transport: transport, plant: plant) }
        let network = SimulatedNetwork(
            to: transport, time: time, seed: generator.next()
        ) { [chains] in chains.see($0) }
        let device = Device(
            index: index, disk: disk, clock: clock, network: network,
            chance: SeededChance(seed: generator.next()), version: version, hasAnnex: hasAnnex)
        devices.append(device)
        device.take(keys: keyEpoch)
        if let copy {
            device.load(copy)
        } else if script.seed % 8 != 0 {
            let number = (Int(script.seed % UInt64(Nursery.count)) + index) % Nursery.count
            disk.load(try Nursery.image(version: version, hasAnnex: hasAnnex, number: number))
        }
    }

    private func clockError(_ generator: inout SeededGenerator) -> Int64 {
        guard script.troubles.contains(.clocks) else { return 0 }
        let decade: Int64 = 10 * 365 * 24 * 3600 * 1000
        return switch generator.below(6) {
        case 0: decade
        case 1: -decade
        default: Int64(generator.below(20_000)) - 10_000
        }
    }
}
