import CoreMetrics
import Foundation
import Synchronization

/// Memory, processor time and descriptors of this process, from `/proc` and `getrusage`.
final class ProcessMetrics: Sendable {
    /// Processor time in seconds.
    private struct Times {
        var user = 0.0
        var system = 0.0
    }

    private let memory: Meter
    private let descriptors: Meter
    private let user: FloatingPointCounter
    private let system: FloatingPointCounter
    private let last = Mutex(Times())

    init(_ registry: MetricsRegistry) {
        memory = Meter(label: Instrument.memory.name, factory: registry)
        descriptors = Meter(label: Instrument.descriptors.name, factory: registry)
        let time = { (mode: String) in
            FloatingPointCounter(
                label: Instrument.processorTime.name, dimensions: [("cpu.mode", mode)],
                factory: registry)
        }
        user = time("user")
        system = time("system")
    }

    /// Records the present values.
    func observe() {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        if let pages { memory.set(pages * sysconf(Int32(_SC_PAGESIZE))) }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            descriptors.set(files.count)
        }
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
        last.withLock { last in
            let now = Times(user: usage.ru_utime.seconds, system: usage.ru_stime.seconds)
            user.increment(by: now.user - last.user)
            system.increment(by: now.system - last.system)
            last = now
        }
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
