import AtelierServer
import CoreMetrics
import Testing

@Suite
struct MetricsRegistryTests {
    // Goal: what any part records through swift-metrics is told, by its kind.
    // Method: one of each kind that nobody described; the text as it should be.
    @Test func everyKindIsTold() throws {
        let registry = MetricsRegistry()
        Counter(label: "a.counter", factory: registry).increment(by: 3)
        FloatingPointCounter(label: "b.part", factory: registry).increment(by: 0.5)
        let meter = Meter(label: "c.meter", dimensions: [("x.y", "a\"b\\")], factory: registry)
        meter.set(7)
        meter.decrement(by: 2.5)
        for value in [4, 2] { Gauge(label: "d.gauge", factory: registry).record(value) }
        Recorder(label: "e.sizes", factory: registry).record(9)
        Timer(label: "f.times", factory: registry).recordMilliseconds(250)
        let text = PrometheusText(registry.families).text
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "a_counter_total 3", "b_part_total 0.5", "c_meter{x_y=\"a\\\"b\\\\\"} 4.5",
                "d_gauge 2", "e_sizes_bucket{le=\"+Inf\"} 1", "e_sizes_sum 9", "e_sizes_count 1",
                "f_times_bucket{le=\"+Inf\"} 1", "f_times_sum 0.25", "f_times_count 1",
            ])
    }

    // Goal: attributes are a set. Method: the same ones in both orders.
    @Test func attributesAreASet() throws {
        let registry = MetricsRegistry()
        let attributes = [("a", "1"), ("b", "2")]
        for dimensions in [attributes, attributes.reversed()] {
            Counter(label: "n", dimensions: dimensions, factory: registry).increment()
        }
        #expect(
            try MetricsLines(PrometheusText(registry.families).text)["n_total{a=\"1\",b=\"2\"}"]
                == 2)
    }

    // Goal: the number of series has a limit, and nothing recorded is lost past it.
    // Method: as many as allowed, then two more.
    @Test func theNumberOfSeriesHasALimit() throws {
        let registry = MetricsRegistry()
        let record = { (number: Int) in
            Counter(label: "n", dimensions: [("i", "\(number)")], factory: registry).increment()
        }
        for number in 0..<Limits.seriesPerMetric { record(number) }
        let text = PrometheusText(registry.families).text
        #expect(text.split(separator: "\n").count == Limits.seriesPerMetric + 2)
        #expect(!text.contains("overflow"))
        for number in [0, Limits.seriesPerMetric, Limits.seriesPerMetric + 1] { record(number) }
        let lines = try MetricsLines(PrometheusText(registry.families).text)
        #expect(lines["n_total{i=\"0\"}"] == 2)
        #expect(lines["n_total{otel_metric_overflow=\"true\"}"] == 2)
        #expect(lines.values.count == Limits.seriesPerMetric + 1)
    }

    // Goal: the names are those that OpenTelemetry's names have in Prometheus, and each is used
    // once.
    @Test func namesAreThoseOfTheConventions() {
        let names = Instrument.all.map(PrometheusText.name)
        #expect(Set(names).count == names.count)
        #expect(
            Array(names.prefix(2)) == [
                "http_server_request_duration_seconds", "http_server_active_requests",
            ])
        #expect(names.contains("process_unix_file_descriptor_count"))
    }
}
