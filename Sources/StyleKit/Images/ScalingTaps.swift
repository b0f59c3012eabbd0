/// For every new pixel along one side, which old pixels count and how much.
struct ScalingTaps {
    let count: Int
    var starts: [Int] = []
    var weights: [Float] = []

    init(from old: Int, to new: Int) {
        let ratio = Double(old) / Double(new)
        let widening = max(1, ratio)
        let radius = 2 * widening
        count = Int((2 * radius).rounded(.up)) + 1
        for index in 0..<new {
            let center = (Double(index) + 0.5) * ratio - 0.5
            let start = Int((center - radius).rounded(.up))
            let raw = (0..<count).map { tap in
                ScalingTaps.catmullRom((Double(start + tap) - center) / widening)
            }
            let sum = raw.reduce(0, +)
            starts.append(start)
            weights.append(contentsOf: raw.map { Float($0 / sum) })
        }
    }

    private static func catmullRom(_ distance: Double) -> Double {
        let x = abs(distance)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
        return 0
    }
}
