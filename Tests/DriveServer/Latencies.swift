import Foundation

/// How long requests took, and what follows from that.
struct Latencies {
    /// Each one's milliseconds.
    var milliseconds: [Double] = []
    /// Requests that were not answered as they should have been.
    var failures = 0

    mutating func add(_ duration: Duration) { milliseconds.append(duration / .milliseconds(1)) }

    mutating func add(_ other: Latencies) {
        milliseconds += other.milliseconds
        failures += other.failures
    }

    /// The value below which that share of all lies; 0 for none.
    func percentile(_ share: Double) -> Double {
        let sorted = milliseconds.sorted()
        guard let last = sorted.indices.last else { return 0 }
        return sorted[min(last, Int((Double(sorted.count) * share).rounded(.down)))]
    }

    /// One line of JSON.
    func report(kind: String, clients: Int, seconds: Double) -> String {
        let figures: [String: Any] = [
            "kind": kind, "clients": clients, "count": milliseconds.count, "seconds": seconds,
            "per_second": Double(milliseconds.count) / seconds, "p50_ms": percentile(0.5),
            "p99_ms": percentile(0.99), "failures": failures,
        ]
        let json = try? JSONSerialization.data(withJSONObject: figures, options: .sortedKeys)
        return json.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
