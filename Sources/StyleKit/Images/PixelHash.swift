import Crypto

/// Makes ``Picture/pixelHash`` row by row.
struct PixelHash {
    private let rowBytes: Int
    private var hash = SHA256()

    init(width: Int, height: Int) {
        rowBytes = width * 4
        var size: [UInt8] = []
        for side in [width, height] {
            for shift in [0, 8, 16, 24] { size.append(UInt8(truncatingIfNeeded: side >> shift)) }
        }
        hash.update(data: size)
    }

    /// Takes the next row.
    mutating func add(_ row: UnsafePointer<UInt8>) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(start: row, count: rowBytes))
    }

    /// The hash after the last row.
    var finished: [UInt8] { Array(hash.finalize()) }
}
