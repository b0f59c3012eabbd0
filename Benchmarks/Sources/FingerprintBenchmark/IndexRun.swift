import Foundation

#if canImport(Glibc)
    import Glibc
#endif
@_spi(Measuring) import Fingerprints

/// One measurement: the index against comparing with every fingerprint, on the same questions.
struct IndexRun {
    /// What was measured, in milliseconds.
    private struct Result: Encodable {
        let fingerprints: Int
        let queries: Int
        let buildMilliseconds: Double
        let medianMilliseconds: Double
        let slowestMilliseconds: Double
        let medianCPUMilliseconds: Double
        let comparingAllMedianMilliseconds: Double
        let comparingAllMedianCPUMilliseconds: Double
        let found: Int
    }

    /// A wrong answer: the figures would mean nothing.
    struct WrongAnswer: Error {}

    private static let bruteQueries = 40

    let count: Int
    let queries: Int
    private var state: UInt64 = 0x5EED

    init(count: Int, queries: Int) {
        self.count = count
        self.queries = queries
    }

    /// Half of the fingerprints are random, half lie in families of fifty that look alike, as
    /// sketches and states of one picture do. Each question is a known one with up to 40 bits
    /// changed, turned in all eight ways.
    func report(asJSON: Bool) throws -> String {
        var maker = self
        var known: [Fingerprint] = []
        var head = maker.random()
        for index in 0..<count {
            if index % 50 == 0 { head = maker.random() }
            let isFamily = index >= count / 2
            known.append(isFamily ? maker.changed(head, bits: 60) : maker.random())
        }
        let clock = ContinuousClock()
        var index = FingerprintIndex()
        let building = clock.measure { index = FingerprintIndex(known) }
        var times: [Double] = []
        var bruteTimes: [Double] = []
        var work: [Double] = []
        var bruteWork: [Double] = []
        var found = 0
        for query in 0..<queries {
            let place = Int(maker.next() % UInt64(count))
            let near = maker.changed(known[place], bits: query % 41)
            let variants = [near] + (0..<7).map { _ in maker.random() }
            var matches: [FingerprintIndex.Match] = []
            let start = Self.worked()
            times.append(Self.milliseconds(clock.measure { matches = index.matches(of: variants) }))
            work.append(Self.worked() - start)
            found += matches.count
            guard query < Self.bruteQueries else { continue }
            var all: [FingerprintIndex.Match] = []
            let bruteStart = Self.worked()
            bruteTimes.append(
                Self.milliseconds(
                    clock.measure { all = index.matchesByComparingAll(of: variants) }))
            bruteWork.append(Self.worked() - bruteStart)
            guard all == matches else { throw WrongAnswer() }
        }
        let result = Result(
            fingerprints: count, queries: queries, buildMilliseconds: Self.milliseconds(building),
            medianMilliseconds: Self.median(times), slowestMilliseconds: times.max() ?? 0,
            medianCPUMilliseconds: Self.median(work),
            comparingAllMedianMilliseconds: Self.median(bruteTimes),
            comparingAllMedianCPUMilliseconds: Self.median(bruteWork), found: found)
        if asJSON {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(result), as: UTF8.self)
        }
        return """
            \(count) fingerprints, \(queries) questions of 8 variants, \(found) matches
            built in            \(Self.text(result.buildMilliseconds)) ms
            median              \(Self.text(result.medianMilliseconds)) ms, \
            \(Self.text(result.medianCPUMilliseconds)) ms of CPU
            slowest             \(Self.text(result.slowestMilliseconds)) ms
            comparing with all  \(Self.text(result.comparingAllMedianMilliseconds)) ms, \
            \(Self.text(result.comparingAllMedianCPUMilliseconds)) ms of CPU
            """
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    private mutating func random() -> Fingerprint {
        let bytes = (0..<4).flatMap { _ in
            let word = next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        }
        return Self.fingerprint(bytes)
    }

    private mutating func changed(_ fingerprint: Fingerprint, bits: Int) -> Fingerprint {
        var bytes = fingerprint.bytes
        for _ in 0..<bits {
            let bit = Int(next() % 256)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return Self.fingerprint(bytes)
    }

    private static func fingerprint(_ bytes: [UInt8]) -> Fingerprint {
        guard let made = Fingerprint(bytes: bytes) else { preconditionFailure("32 bytes") }
        return made
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) * 1_000 + Double(parts.attoseconds) / 1e15
    }

    /// The milliseconds that this thread has run: what other programs cost does not count.
    private static func worked() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1e6
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private static func text(_ value: Double) -> String { String(format: "%.2f", value) }
}
