import AtelierProtocol
import CoreMetrics
import HTTPTypes
import SignedObjects
import Synchronization

/// What the server counts of itself since it began.
///
/// Every attribute has few values: routes as they are registered, statuses, causes of refusals.
/// Never an account, a device, an address or anything that a client chooses.
struct ServerMetrics: Sendable {
    /// What a transaction is for.
    enum Access: String, CaseIterable, Sendable {
        case read
        case write
    }

    /// One request, by what does not change while it is answered.
    struct Request: Sendable {
        fileprivate let dimensions: [(String, String)]

        /// Methods are sent by clients, who may make up others.
        init(_ request: HTTPRequest) {
            let method =
                ServerMetrics.methods.contains(request.method)
                ? request.method.rawValue : "_OTHER"
            let scheme = request.scheme == "https" ? "https" : "http"
            dimensions = [("http.request.method", method), ("url.scheme", scheme)]
        }
    }

    /// Where the numbers are.
    let registry = MetricsRegistry(Instrument.all)

    private let storedSegments: Counter
    private let segmentBytes: Counter
    private let receipts: Counter
    private let nearRegistrations: Counter
    private let clockRefusals: Counter
    private let clockStepsBack: Counter
    private let refusals: [Problem.Kind: Counter]
    private let closedConnections: [ConnectionTable.Cause: Counter]
    private let databaseWaits: [Access: CoreMetrics.Timer]
    private let databaseUse: [Access: CoreMetrics.Timer]
    private let process: ProcessMetrics

    init() {
        let registry = registry
        let counter = { (instrument: Instrument, dimensions: [(String, String)]) in
            Counter(label: instrument.name, dimensions: dimensions, factory: registry)
        }
        let timer = { (instrument: Instrument, access: Access) in
            CoreMetrics.Timer(
                label: instrument.name,
                dimensions: [("db.client.connection.pool.name", access.rawValue)],
                factory: registry)
        }
        storedSegments = counter(.storedSegments, [])
        segmentBytes = counter(.segmentBytes, [])
        receipts = counter(.signedReceipts, [])
        nearRegistrations = counter(.nearRegistrations, [])
        clockRefusals = counter(.clockRefusals, [])
        clockStepsBack = counter(.clockStepsBack, [])
        refusals = Self.each { kind in
            let name = kind.rawValue.split(separator: ":").last.map(String.init) ?? ""
            return counter(.refusedRequests, [("error.type", name)])
        }
        closedConnections = Self.each { cause in
            counter(.closedConnections, [("atelier.connection.close_reason", cause.rawValue)])
        }
        databaseWaits = Self.each { timer(.databaseWaits, $0) }
        databaseUse = Self.each { timer(.databaseUse, $0) }
        process = ProcessMetrics(registry)
    }

    /// A request came in.
    func begin(_ request: Request) {
        activeRequests(request).increment()
    }

    /// It was answered.
    ///
    /// - Parameter route: As it is registered; nil where none fits.
    func end(_ request: Request, route: String?, status: Int, took: Duration) {
        activeRequests(request).decrement()
        var dimensions = request.dimensions
        if let route { dimensions.append(("http.route", route)) }
        dimensions.append(("http.response.status_code", String(status)))
        if status >= 500 { dimensions.append(("error.type", String(status))) }
        CoreMetrics.Timer(
            label: Instrument.requestDuration.name, dimensions: dimensions, factory: registry
        ).record(took)
    }

    /// A request was refused, or failed.
    func refuse(_ kind: Problem.Kind) { refusals[kind]?.increment() }

    /// A new segment was stored.
    func store(bytes: Int) {
        storedSegments.increment()
        segmentBytes.increment(by: bytes)
    }

    /// Spends got receipts.
    func receipt(_ count: Int) { receipts.increment(by: count) }

    /// Works were registered that are near to somebody else's.
    func registerNear(_ count: Int) { nearRegistrations.increment(by: count) }

    /// A connection was closed by this program, or not taken.
    func close(_ cause: ConnectionTable.Cause) { closedConnections[cause]?.increment() }

    /// A contact with the ledger was refused because the clock was ahead.
    func refuseForClock() { clockRefusals.increment() }

    /// The clock was found to be set back.
    func stepBack() { clockStepsBack.increment() }

    /// A transaction began after having waited for its turn.
    func wait(for access: Access, _ duration: Duration) { databaseWaits[access]?.record(duration) }

    /// A transaction ended.
    ///
    /// - Parameter duration: From its beginning, its commit included.
    func use(of access: Access, _ duration: Duration) { databaseUse[access]?.record(duration) }

    /// Sets a gauge, when metrics are asked for.
    func observe(_ instrument: Instrument, _ value: Double, _ dimensions: [(String, String)] = []) {
        Meter(label: instrument.name, dimensions: dimensions, factory: registry).set(value)
    }

    /// Records the process's own metrics.
    func observeProcess() { process.observe() }

    private func activeRequests(_ request: Request) -> Meter {
        Meter(
            label: Instrument.activeRequests.name, dimensions: request.dimensions,
            factory: registry)
    }

    private static func each<Key: CaseIterable & Hashable, Metric>(
        _ metric: (Key) -> Metric
    ) -> [Key: Metric] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, metric($0)) })
    }

    /// The methods of the conventions; others are recorded as `_OTHER`.
    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
    ]
}

extension CoreMetrics.Timer {
    fileprivate func record(_ duration: Duration) {
        recordNanoseconds(
            Int64(clamping: duration.components.seconds) * 1_000_000_000
                + duration.components.attoseconds / 1_000_000_000)
    }
}

extension ServerCore {
    /// What the server counts of itself, in the text form that Prometheus reads.
    package func metricsText() -> String {
        let counts = connections.counts
        let peer = "atelier.connection.peer"
        metrics.observe(.connections, Double(counts.open - counts.strangers), [(peer, "device")])
        metrics.observe(.connections, Double(counts.strangers), [(peer, "stranger")])
        metrics.observe(.bodyBytes, Double(bodies.bytesInFlight))
        metrics.observe(.watchers, Double(environment.hub.count))
        if let stepGuard {
            let lead = stepGuard.lead(of: clock())
            metrics.observe(.clockLead, Double(lead.wholeMilliseconds) / 1000)
        }
        metrics.observeProcess()
        return PrometheusText(metrics.registry.families).text
    }
}
