/// One metric of the server, with the name and unit of OpenTelemetry's semantic conventions (1.43)
/// where they have one.
package struct Instrument: Sendable {
    /// How its values are to be read.
    enum Kind: String, Sendable {
        /// Only rises.
        case counter
        case gauge
        /// A distribution.
        case histogram
    }

    /// Words in small letters between dots.
    let name: String
    let kind: Kind
    /// As UCUM writes it: `s`, `By`; `{request}` for what is counted.
    let unit: String
    /// One sentence.
    let help: String
    /// The upper bounds of a histogram's buckets, rising, in ``unit``.
    var bounds: [Double] = []

    /// The upper bounds that the conventions have for the duration of requests, in seconds.
    private static let requestBounds = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    /// Upper bounds for transactions, in seconds: most take less than a request's first bound.
    private static let databaseBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    static let requestDuration = Instrument(
        name: "http.server.request.duration", kind: .histogram, unit: "s",
        help: "Duration of HTTP server requests.", bounds: requestBounds)
    static let activeRequests = Instrument(
        name: "http.server.active_requests", kind: .gauge, unit: "{request}",
        help: "Number of active HTTP server requests.")
    static let refusedRequests = Instrument(
        name: "atelier.request.refused", kind: .counter, unit: "{request}",
        help: "Requests refused or failed, by cause.")
    static let bodyBytes = Instrument(
        name: "atelier.request.body.usage", kind: .gauge, unit: "By",
        help: "Request bodies in memory.")
    static let watchers = Instrument(
        name: "atelier.watcher.count", kind: .gauge, unit: "{device}",
        help: "Devices that watch their accounts here.")
    static let connections = Instrument(
        name: "atelier.connection.count", kind: .gauge, unit: "{connection}",
        help: "Open connections.")
    static let closedConnections = Instrument(
        name: "atelier.connection.closed", kind: .counter, unit: "{connection}",
        help: "Connections refused, or closed because of a deadline or for room.")
    static let storedSegments = Instrument(
        name: "atelier.segment.stored", kind: .counter, unit: "{segment}",
        help: "New segments stored.")
    static let segmentBytes = Instrument(
        name: "atelier.segment.io", kind: .counter, unit: "By", help: "Bytes of new segments.")
    static let signedReceipts = Instrument(
        name: "atelier.receipt.signed", kind: .counter, unit: "{receipt}",
        help: "Generations countersigned.")
    static let nearRegistrations = Instrument(
        name: "atelier.registration.near", kind: .counter, unit: "{work}",
        help:
            "Works registered that are near to what somebody else registered, reserved or claimed.")
    static let clockLead = Instrument(
        name: "atelier.clock.lead", kind: .gauge, unit: "s",
        help: "How far this machine's clock is ahead of the time that has passed.")
    static let clockRefusals = Instrument(
        name: "atelier.clock.refused", kind: .counter, unit: "{contact}",
        help: "Contacts with the ledger that were refused because the clock was ahead.")
    static let clockStepsBack = Instrument(
        name: "atelier.clock.stepped_back", kind: .counter, unit: "{step}",
        help: "Times that the clock was found to be set back by over ten minutes.")
    static let databaseWaits = Instrument(
        name: "db.client.connection.wait_time", kind: .histogram, unit: "s",
        help: "The time that transactions waited for a connection.", bounds: databaseBounds)
    static let databaseUse = Instrument(
        name: "db.client.connection.use_time", kind: .histogram, unit: "s",
        help: "The time that transactions had a connection, their commit included.",
        bounds: databaseBounds)
    static let memory = Instrument(
        name: "process.memory.usage", kind: .gauge, unit: "By",
        help: "The amount of physical memory in use.")
    static let processorTime = Instrument(
        name: "process.cpu.time", kind: .counter, unit: "s", help: "Total CPU seconds.")
    static let descriptors = Instrument(
        name: "process.unix.file_descriptor.count", kind: .gauge, unit: "{file_descriptor}",
        help: "Number of unix file descriptors in use by the process.")

    /// Every instrument, in the order of the output.
    package static let all = [
        requestDuration, activeRequests, refusedRequests, bodyBytes, watchers, connections,
        closedConnections, storedSegments, segmentBytes, signedReceipts, nearRegistrations,
        clockLead,
        clockRefusals, clockStepsBack, databaseWaits, databaseUse, memory, processorTime,
        descriptors,
    ]
}

/// A name and a value that distinguish one series of an instrument from others.
struct MetricAttribute: Hashable, Comparable, Sendable {
    let name: String
    let value: String

    static func < (left: Self, right: Self) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}
