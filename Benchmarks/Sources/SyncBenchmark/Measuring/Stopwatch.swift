import Foundation

/// Adds up time on the wall and CPU time of the whole process, threads included.
struct Stopwatch {
    private(set) var cpuMilliseconds = 0.0
    private(set) var wallMilliseconds = 0.0

    /// Runs `body` with the watch going.
    mutating func time<Value>(_ body: () throws -> Value) rethrows -> Value {
        let started = Self.now
        defer { add(since: started) }
        return try body()
    }

    /// Runs `body` with the watch going.
    mutating func time<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        let started = Self.now
        let value = try await body()
        add(since: started)
        return value
    }

    private mutating func add(since started: (cpu: Double, wall: Double)) {
        let ended = Self.now
        cpuMilliseconds += ended.cpu - started.cpu
        wallMilliseconds += ended.wall - started.wall
    }

    private static var now: (cpu: Double, wall: Double) {
        (milliseconds(CLOCK_PROCESS_CPUTIME_ID), milliseconds(CLOCK_MONOTONIC))
    }

    private static func milliseconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}
