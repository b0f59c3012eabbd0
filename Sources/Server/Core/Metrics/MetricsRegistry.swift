package import CoreMetrics
import Synchronization

/// Keeps the numbers that are recorded through swift-metrics, in memory, for an exporter to read.
///
/// The number of series is bounded whoever records: past ``Limits/seriesPerMetric`` what is
/// recorded of a metric goes into one series more, which says so, as OpenTelemetry has it.
package final class MetricsRegistry: MetricsFactory, Sendable {
    /// All series of one instrument.
    package struct Family: Sendable {
        let instrument: Instrument
        /// Sorted by attributes.
        var series: [(attributes: [MetricAttribute], value: MetricSeries.Value)]
    }

    private struct State {
        /// In the order in which they were named.
        var instruments: [Instrument]
        var series: [String: [[MetricAttribute]: MetricSeries]] = [:]
    }

    private static let overflow = [MetricAttribute(name: "otel.metric.overflow", value: "true")]

    private let state: Mutex<State>

    /// - Parameter instruments: Those whose units and bounds are known; others may be recorded too.
    package init(_ instruments: [Instrument] = []) {
        state = Mutex(State(instruments: instruments))
    }

    /// What was recorded so far; an instrument that was never recorded has no series.
    package var families: [Family] {
        state.withLock { state in
            state.instruments.map { instrument in
                let series = (state.series[instrument.name] ?? [:])
                    .map { (attributes: $0.key, value: $0.value.value) }
                    .sorted { $0.attributes.lexicographicallyPrecedes($1.attributes) }
                return Family(instrument: instrument, series: series)
            }
        }
    }

    private func series(
        _ name: String, _ dimensions: [(String, String)], _ kind: Instrument.Kind
    ) -> MetricSeries {
        // A set: in whatever order they are named, it is the same series.
        let attributes = dimensions.map { MetricAttribute(name: $0.0, value: $0.1) }.sorted()
        return state.withLock { state in
            if let known = state.series[name]?[attributes] { return known }
            let instrument: Instrument
            if let known = state.instruments.first(where: { $0.name == name }) {
                instrument = known
            } else {
                instrument = Instrument(name: name, kind: kind, unit: "", help: "")
                state.instruments.append(instrument)
            }
            let count = state.series[name]?.count ?? 0
            let key = count < Limits.seriesPerMetric ? attributes : Self.overflow
            if let known = state.series[name]?[key] { return known }
            let series = MetricSeries(bounds: instrument.bounds)
            state.series[name, default: [:]][key] = series
            return series
        }
    }

    /// A counter's series.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    /// The series of a counter of parts.
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }

    /// A gauge's series.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    /// A distribution's series, or one that keeps the last value.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let series = series(label, dimensions, aggregate ? .histogram : .gauge)
        return aggregate ? series : LastValue(series: series)
    }

    /// A distribution's series, in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }

    /// Does nothing: a series is kept until the program ends, as its reader expects.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing, see ``destroyCounter(_:)``.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing, see ``destroyCounter(_:)``.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing, see ``destroyCounter(_:)``.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing, see ``destroyCounter(_:)``.
    package func destroyTimer(_ handler: any TimerHandler) {}
}

/// The numbers of one metric with one set of attributes; which of its calls are made is decided by
/// the metric's kind.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler, TimerHandler, Sendable
{
    /// What was recorded.
    struct Value: Sendable {
        /// Of a counter or a gauge: the number; of a distribution: the sum of what was recorded.
        var number = 0.0
        /// How many values were recorded of a distribution.
        var count = 0
        /// How many of them were at most a bound, and above the one before it.
        var buckets: [Int]
    }

    private let bounds: [Double]
    private let state: Mutex<Value>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Value(buckets: [Int](repeating: 0, count: bounds.count)))
    }

    /// What was recorded so far.
    var value: Value { state.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLock { $0.number += amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.number = value } }
    func reset() { set(0.0) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            state.number += value
            state.count += 1
            if let bucket { state.buckets[bucket] += 1 }
        }
    }
}

/// A recorder of which only the last value counts.
private final class LastValue: RecorderHandler {
    private let series: MetricSeries

    init(series: MetricSeries) {
        self.series = series
    }

    func record(_ value: Int64) { series.set(value) }
    func record(_ value: Double) { series.set(value) }
}
