import ArtistFiles

/// The rows of one interlace pass of a PNG, decompressed and unfiltered one after the other.
final class PNGRows {
    private let inflater: Inflater
    private let count: Int
    /// The distance in bytes to the same sample of the pixel before; at least 1.
    private let step: Int
    /// A filter byte, then the row. The row before the first counts as zeros.
    private var current: UnsafeMutablePointer<UInt8>
    private var previous: UnsafeMutablePointer<UInt8>

    init(_ inflater: Inflater, bytes count: Int, step: Int) {
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

    /// The next row; it is valid until the next call.
    func next() throws(PictureError) -> UnsafePointer<UInt8> {
        swap(&current, &previous)
        do throws(ArtistFileError) {
            try inflater.read(into: current, count: count + 1)
        } catch {
            throw PictureError(error)
        }
        let row = current + 1
        let above = UnsafePointer(previous + 1)
        switch current[0] {
        case 0: break
        case 1: for index in min(step, count)..<count { row[index] &+= row[index - step] }
        case 2: for index in 0..<count { row[index] &+= above[index] }
        case 3: addMeans(row, above)
        case 4: addPredictions(row, above)
        default: throw .corrupt(reason: "a row has an unknown filter type")
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

    /// The Paeth filter: the one of three neighbours that is nearest to left plus above minus upper
    /// left.
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

/// One of the seven passes of an interlaced PNG; any other PNG is a single pass.
struct PNGPass {
    /// Adam7.
    private static let interlaced = [
        PNGPass(left: 0, top: 0, across: 8, down: 8), PNGPass(left: 4, top: 0, across: 8, down: 8),
        PNGPass(left: 0, top: 4, across: 4, down: 8), PNGPass(left: 2, top: 0, across: 4, down: 4),
        PNGPass(left: 0, top: 2, across: 2, down: 4), PNGPass(left: 1, top: 0, across: 2, down: 2),
        PNGPass(left: 0, top: 1, across: 1, down: 2),
    ]

    /// The first column and row of the pass.
    let left: Int
    let top: Int
    /// The steps to the next pixel and the next row.
    let across: Int
    let down: Int

    /// The passes that hold pixels, in the order of the file.
    static func all(of layout: PNGLayout) -> [PNGPass] {
        guard layout.isInterlaced else { return [PNGPass(left: 0, top: 0, across: 1, down: 1)] }
        return interlaced.filter { $0.left < layout.width && $0.top < layout.height }
    }

    func width(in layout: PNGLayout) -> Int { (layout.width - left + across - 1) / across }
    func height(in layout: PNGLayout) -> Int { (layout.height - top + down - 1) / down }

    /// Whether the pass has pixels in this row of the picture.
    func covers(row: Int) -> Bool { row >= top && (row - top).isMultiple(of: down) }
}
