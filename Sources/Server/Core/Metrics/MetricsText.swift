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
