/// Metrics in the text form that Prometheus reads, exposition format 0.0.4, with the names that
/// OpenTelemetry's specification ("Prometheus and OpenMetrics Compatibility") gives them there.
package struct PrometheusText {
    /// Its media type.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written.
    package private(set) var text = ""

    /// All families, in their order.
    package init(_ families: [MetricsRegistry.Family]) {
        for family in families { add(family) }
    }

    /// The name of a metric in this form: with its unit, and `total` where it only rises.
    package static func name(of instrument: Instrument) -> String {
        var name = plain(instrument.name)
        let unit = instrument.unit.hasPrefix("{") ? "" : units[instrument.unit] ?? instrument.unit
        if !unit.isEmpty, !name.hasSuffix("_\(unit)") { name += "_\(unit)" }
        return instrument.kind == .counter ? name + "_total" : name
    }

    private static let units = ["s": "seconds", "By": "bytes"]

    private mutating func add(_ family: MetricsRegistry.Family) {
        let (name, instrument) = (Self.name(of: family.instrument), family.instrument)
        text += "# HELP \(name) \(instrument.help)\n# TYPE \(name) \(instrument.kind.rawValue)\n"
        for (attributes, value) in family.series {
            let labels = attributes.map { (name: Self.plain($0.name), value: $0.value) }
            guard instrument.kind == .histogram else {
                line(name, labels, value.number)
                continue
            }
            var count = 0
            for (bound, inside) in zip(instrument.bounds, value.buckets) {
                count += inside
                line(name + "_bucket", labels + [("le", Self.number(bound))], Double(count))
            }
            line(name + "_bucket", labels + [("le", "+Inf")], Double(value.count))
            line(name + "_sum", labels, value.number)
            line(name + "_count", labels, Double(value.count))
        }
    }

    private mutating func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: Double
    ) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let braces = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
        text += "\(name)\(braces) \(Self.number(value))\n"
    }

    /// Prometheus knows letters, digits and underscores.
    private static func plain(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }

    /// Whole numbers without a point.
    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? String(value)
    }
}
