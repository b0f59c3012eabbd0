/// The random choices of one figure.
struct FigureRandom {
    /// What a choice is for.
    enum Choice: Int {
        case pairNoise = 200
        case isHeadMirrored = 201
        case seconds = 202
        case isSecondMirrored = 203
        case half = 204
        case isUnified = 205
        case dropsHeld = 206
        case hasFace = 207
        case face = 208
        case hasHair = 209
        case hair = 210
        case hasCloth = 211
        case cloth = 212
        case works = 213
    }

    private let random: CounterRandom

    init(seed: UInt64) { random = CounterRandom(seed: seed) }

    /// 0 up to but not including `bound`.
    func below(_ bound: Int, _ choice: Choice, _ first: Int = 0, _ second: Int = 0) -> Int {
        random.below(max(1, bound), at: SIMD3(choice.rawValue, first, second))
    }

    /// True in so many of a hundred cases.
    func percent(_ part: Int, _ choice: Choice, _ first: Int = 0, _ second: Int = 0) -> Bool {
        below(100, choice, first, second) < part
    }

    /// Numbers below a count in a random order.
    func order(of count: Int, _ choice: Choice, _ first: Int = 0) -> [Int] {
        let keys = (0..<count).map { below(1 << 30, choice, first, $0) }
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }
}
