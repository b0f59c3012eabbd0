import AtelierProtocol
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
