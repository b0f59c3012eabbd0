/// One pass of PDQ's Jarosz filter on rows that come one by one: a running mean along every row,
/// then along every column.
final class JaroszFilter {
    private let width: Int
    private let height: Int
    private let columnWindow: Int
    private let rowWindow: Int
    /// How far the window reaches ahead.
    private let columnsAhead: Int
    private let rowsAhead: Int
    /// A ring of the last rows, and their sums.
    private let ring: PaddedBuffer<Float>
    private let sums: PaddedBuffer<Float>
    private let means: PaddedBuffer<Float>
    private var held = 0
    private var place = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        let side = PDQHasher.side
        columnWindow = min((width + 2 * side - 1) / (2 * side), width)
        rowWindow = min((height + 2 * side - 1) / (2 * side), height)
        columnsAhead = (columnWindow + 2) / 2 - 1
        rowsAhead = (rowWindow + 2) / 2 - 1
        ring = PaddedBuffer(count: (rowWindow + 1) * width, filledWith: 0)
        sums = PaddedBuffer(count: width, filledWith: 0)
        means = PaddedBuffer(count: width, filledWith: 0)
    }

    /// Adds the next row, and calls `body` with a row that is finished, if any.
    func add(_ row: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void) {
        let own = ring.pointer + place % (rowWindow + 1) * width
        blur(row, to: own)
        for x in 0..<width { sums[x] += own[x] }
        held += 1
        if held > rowWindow { drop() }
        emit(body)
    }

    /// Calls `body` with the remaining rows, after the last one was added.
    func finish(_ body: (UnsafePointer<Float>) -> Void) {
        for _ in 0..<rowsAhead {
            drop()
            emit(body)
        }
    }

    private func drop() {
        let oldest = ring.pointer + (place - rowWindow) % (rowWindow + 1) * width
        for x in 0..<width { sums[x] -= oldest[x] }
        held -= 1
    }

    private func emit(_ body: (UnsafePointer<Float>) -> Void) {
        if place >= rowsAhead {
            let count = Float(held)
            for x in 0..<width { means[x] = sums[x] / count }
            body(UnsafePointer(means.pointer))
        }
        place += 1
    }

    private func blur(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        var sum: Float = 0
        var held = 0
        for place in 0..<(width + columnsAhead) {
            if place < width {
                sum += source[place]
                held += 1
            }
            if held > columnWindow || place >= width {
                sum -= source[place - columnWindow]
                held -= 1
            }
            if place >= columnsAhead { target[place - columnsAhead] = sum / Float(held) }
        }
    }
}
