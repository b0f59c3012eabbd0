/// The rows of one pass of a PNG, unpacked and unfiltered one after the other.
final class PNGRows {
    private let inflater: PNGInflater
    private let count: Int
    /// The distance to the same byte of the pixel before.
    private let step: Int
    /// A filter byte, then the row. The row before counts as zeros at first.
    private var current: UnsafeMutablePointer<UInt8>
    private var previous: UnsafeMutablePointer<UInt8>

    init(_ inflater: PNGInflater, bytes count: Int, step: Int) {
        self.inflater = inflater
        self.count = count
        self.step = step
        current = .allocate(capacity: count + 1)
        current.initialize(repeating: 0, count: count + 1)
        previous = .allocate(capacity: count + 1)
        previous.initialize(repeating: 0, count: count + 1)
    }

    deinit {
        current.deallocate()
        previous.deallocate()
    }

    /// The next row; it stays until the one after.
    func next() throws(PictureError) -> UnsafePointer<UInt8> {
        swap(&current, &previous)
        try inflater.read(into: current, count: count + 1)
        let row = current + 1
        let above = UnsafePointer(previous + 1)
        switch current[0] {
        case 0: break
        case 1: for index in min(step, count)..<count { row[index] &+= row[index - step] }
        case 2: for index in 0..<count { row[index] &+= above[index] }
        case 3: addMeans(row, above)
        case 4: addPredictions(row, above)
        default: throw .corrupt(reason: "a row is filtered in an unknown way")
        }
        return UnsafePointer(row)
    }

    private func addMeans(_ row: UnsafeMutablePointer<UInt8>, _ above: UnsafePointer<UInt8>) {
        for index in 0..<min(step, count) { row[index] &+= above[index] >> 1 }
        for index in min(step, count)..<count {
            let sum = UInt16(row[index - step]) &+ UInt16(above[index])
            row[index] &+= UInt8(truncatingIfNeeded: sum >> 1)
        }
    }

    /// Paeth's: the one of three neighbours that is nearest to left plus above minus corner.
    private func addPredictions(
        _ row: UnsafeMutablePointer<UInt8>, _ above: UnsafePointer<UInt8>
    ) {
        for index in 0..<min(step, count) { row[index] &+= above[index] }
        for index in min(step, count)..<count {
            let left = Int32(row[index - step])
            let up = Int32(above[index])
            let corner = Int32(above[index - step])
            let fromLeft = abs(up &- corner)
            let fromUp = abs(left &- corner)
            let fromCorner = abs(left &+ up &- corner &- corner)
            let nearest = fromUp <= fromCorner ? up : corner
            let isLeft = fromLeft <= fromUp && fromLeft <= fromCorner
            row[index] &+= UInt8(truncatingIfNeeded: isLeft ? left : nearest)
        }
    }
}
