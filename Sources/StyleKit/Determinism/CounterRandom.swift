/// A counter-based random number generator: a number depends on the seed and on what it is for,
/// never on the order in which threads ask.
struct CounterRandom {
    /// What a number is for; two streams of one seed are independent.
    enum Stream: Int {
        /// Which works are used.
        case works = 1
        /// The candidates of a layout cell, and the choice among them.
        case candidates = 3
        case choice = 5
        /// The size, place, choice and candidates of a salient region.
        case salientWidth = 20
        case salientHeight = 21
        case salientColumn = 22
        case salientRow = 23
        case salientChoice = 24
        case salientCandidates = 30
        /// The mirroring, order and place of a region that is kept whole.
        case keptMirror = 26
        case keptOrder = 27
        case keptRow = 28
        case keptColumn = 29
        /// The borders of layout cells, and where those of a tile begin.
        case cellBorders = 77
        case tileTop = 78
        case tileLeft = 79
        case seamNoise = 80
        /// The offsets of a bend.
        case bend = 90
        /// The work that gives its light, the pixels that are sampled, and the axes of transport.
        case lightWork = 91
        case lightSamples = 92
        case lightAxes = 93
        /// The colour that an area takes.
        case areaHue = 94
        /// The pairs of works that are tried for compositions, their places, and what chance adds
        /// to their price.
        case composedPairs = 110
        case composedPlaces = 111
        case composedPrice = 112
        /// The marked works that a figure is made of, heads and bases tried together, second
        /// bodies and how each is used.
        case figureWorks = 213
        case figurePairs = 200
        case secondBodies = 202
        case isSecondMirrored = 203
        case secondHalf = 204
        case hasUnifiedCloth = 205
        case dropsHeld = 206
        /// Whether a figure takes another face, hair or cloth, and of which work.
        case hasFace = 207
        case face = 208
        case hasHair = 209
        case hair = 210
        case hasCloth = 211
        case cloth = 212
    }

    private let seed: UInt64

    init(seed: UInt64) { self.seed = CounterRandom.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

    /// 64 random bits of a stream, by two counters.
    func bits(_ stream: Stream, _ first: Int = 0, _ second: Int = 0) -> UInt64 {
        bits(stream.rawValue, first, second)
    }

    /// A number of a stream from 0 up to but not including `bound`, which is 1 to 2³².
    func below(_ bound: Int, _ stream: Stream, _ first: Int = 0, _ second: Int = 0) -> Int {
        below(bound, at: SIMD3(stream.rawValue, first, second))
    }

    /// A number from 0 up to but not including `bound`, by three counters and no stream.
    func below(_ bound: Int, at counters: SIMD3<Int>) -> Int {
        let value = bits(counters.x, counters.y, counters.z)
        return Int(((value >> 32) &* UInt64(bound)) >> 32)
    }

    /// True in so many of a hundred cases.
    func percent(_ part: Int, _ stream: Stream, _ first: Int = 0, _ second: Int = 0) -> Bool {
        below(100, stream, first, second) < part
    }

    /// Numbers below a count in a random order.
    func order(of count: Int, _ stream: Stream, _ first: Int = 0) -> [Int] {
        let keys = (0..<count).map { below(1 << 30, stream, first, $0) }
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    @inline(__always)
    private func bits(_ first: Int, _ second: Int, _ third: Int) -> UInt64 {
        Self.next(Self.next(Self.next(seed, first), second), third)
    }

    @inline(__always)
    private static func next(_ value: UInt64, _ part: Int) -> UInt64 {
        mixed(value ^ (UInt64(bitPattern: Int64(part)) &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood: *Fast Splittable Pseudorandom Number
    /// Generators*, 2014).
    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
