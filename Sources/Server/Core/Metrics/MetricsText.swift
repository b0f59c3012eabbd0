import AtelierProtocol
import Foundation
import SignedObjects

extension ServerCore {
    /// What the server counts of itself, in the text form that Prometheus reads.
    package func metricsText() -> String {
        var text = MetricsText()
        let counts = metrics.counts
        Self.addRequests(counts, to: &text)
        text.single(
            "atelier_watchers", "gauge", "Devices that watch their accounts here.",
            Double(environment.hub.count))
        Self.addConnections(connections.counts, bodies: bodies.bytesInFlight, to: &text)
        text.single(
            "atelier_segments_stored_total", "counter", "New segments stored.",
            Double(counts.segments))
        text.single(
            "atelier_segment_bytes_stored_total", "counter", "Bytes of new segments.",
            Double(counts.segmentBytes))
        text.single(
            "atelier_receipts_total", "counter", "Generations countersigned.",
            Double(counts.receipts))
        if let stepGuard { Self.addClock(stepGuard, now: clock(), to: &text) }
        Self.addDatabase(counts, to: &text)
        Self.addProcess(to: &text)
        return text.text
    }

    private static func addRequests(_ counts: Metrics.Counts, to text: inout MetricsText) {
        text.begin("atelier_requests_total", "counter", "Requests answered.")
        for (request, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
            text.add(
                [
                    ("method", request.method), ("route", request.route),
                    ("status", String(request.status)),
                ], Double(count))
        }
        text.begin(
            "atelier_request_seconds", "histogram", "Time until a request was answered.")
        for (route, times) in counts.requestTimes.sorted(by: { $0.key < $1.key }) {
            text.add([("route", route)], times)
        }
        text.single(
            "atelier_requests_under_way", "gauge", "Requests not answered yet.",
            Double(counts.requestsUnderWay))
        text.begin("atelier_refusals_total", "counter", "Requests refused or failed, by cause.")
        for kind in Problem.Kind.allCases {
            let name = kind.rawValue.split(separator: ":").last.map(String.init) ?? ""
            text.add([("cause", name)], Double(counts.refusals[kind] ?? 0))
        }
    }

    private static func addConnections(
        _ counts: ConnectionTable.Counts, bodies: Int, to text: inout MetricsText
    ) {
        text.begin("atelier_connections", "gauge", "Open connections.")
        text.add([("from", "device")], Double(counts.open - counts.strangers))
        text.add([("from", "stranger")], Double(counts.strangers))
        text.begin(
            "atelier_connections_closed_total", "counter",
            "Connections refused, or closed because of a deadline or for room.")
        for cause in ConnectionTable.Cause.allCases {
            text.add([("cause", cause.rawValue)], Double(counts.closed[cause] ?? 0))
        }
        text.single(
            "atelier_body_bytes", "gauge", "Request bodies in memory, in bytes.", Double(bodies))
    }

    private static func addClock(
        _ stepGuard: StepGuard, now: UnixTime, to text: inout MetricsText
    ) {
        let lead = stepGuard.lead(of: now)
        let counts = stepGuard.counts
        text.single(
            "atelier_clock_lead_seconds", "gauge",
            "How far this machine's clock is ahead of the time that has passed.",
            Double(lead.wholeMilliseconds) / 1000)
        text.single(
            "atelier_clock_refusals_total", "counter",
            "Contacts with the ledger that were refused because the clock was ahead.",
            Double(counts.refusals))
        text.single(
            "atelier_clock_steps_back_total", "counter",
            "Times that the clock was found to be set back by over ten minutes.",
            Double(counts.stepsBack))
    }

    private static func addDatabase(_ counts: Metrics.Counts, to text: inout MetricsText) {
        text.begin(
            "atelier_database_wait_seconds", "histogram",
            "Time that transactions waited for their turn.")
        for access in Metrics.Access.allCases {
            let times = counts.databaseWaits[access] ?? Histogram()
            text.add([("access", access.rawValue)], times)
        }
        text.begin(
            "atelier_database_seconds", "histogram",
            "Time that transactions took, waiting included.")
        for access in Metrics.Access.allCases {
            let times = counts.databaseTimes[access] ?? Histogram()
            text.add([("access", access.rawValue)], times)
        }
    }

    private static func addProcess(to text: inout MetricsText) {
        guard let figures = ProcessFigures() else { return }
        text.single(
            "process_resident_memory_bytes", "gauge", "Memory in use.",
            Double(figures.residentBytes))
        text.single(
            "process_cpu_seconds_total", "counter", "Processor time used.",
            figures.processorSeconds)
        text.single(
            "process_open_fds", "gauge", "Open files and connections.",
            Double(figures.openFiles))
    }
}

/// The text form of metrics that Prometheus reads: exposition format 0.0.4.
struct MetricsText {
    /// Its media type.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written so far.
    private(set) var text = ""
    private var family = ""

    /// Begins a family; every sample until the next one is of it.
    ///
    /// - Parameters:
    ///   - name: With its unit, such as `atelier_request_seconds`.
    ///   - type: `counter`, `gauge` or `histogram`.
    mutating func begin(_ name: String, _ type: String, _ help: String) {
        family = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// One value of the family.
    mutating func add(
        _ labels: [(name: String, value: String)] = [], _ value: Double, suffix: String = ""
    ) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let braces = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
        text += "\(family)\(suffix)\(braces) \(Self.number(value))\n"
    }

    /// A family with one value.
    mutating func single(_ name: String, _ type: String, _ help: String, _ value: Double) {
        begin(name, type, help)
        add(value)
    }

    /// One histogram of the family.
    mutating func add(_ labels: [(name: String, value: String)], _ histogram: Histogram) {
        var count = 0
        for (bound, inside) in zip(Histogram.bounds, histogram.counts) {
            count += inside
            add(labels + [("le", Self.number(bound))], Double(count), suffix: "_bucket")
        }
        add(labels + [("le", "+Inf")], Double(histogram.count), suffix: "_bucket")
        add(labels, histogram.sum, suffix: "_sum")
        add(labels, Double(histogram.count), suffix: "_count")
    }

    private mutating func add(_ value: Double) { add([], value) }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    /// Whole numbers without a point.
    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? String(value)
    }
}

/// What the system says of this program; nil where it has no `/proc`.
struct ProcessFigures {
    /// Memory in use, in bytes.
    let residentBytes: Int
    /// Processor time used, in seconds.
    let processorSeconds: Double
    /// Open files and connections.
    let openFiles: Int

    init?() {
        guard let memory = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"),
            let pages = memory.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
        openFiles = files.count
        processorSeconds = Double(clock()) / Double(CLOCKS_PER_SEC)
    }
}
