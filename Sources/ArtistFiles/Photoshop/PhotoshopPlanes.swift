/// The planes of a merged picture side by side: the file holds one behind the other, and a row
/// needs all of them.
final class PhotoshopPlanes {
    /// How the rows of a plane are packed.
    private enum Packing: Int {
        case raw = 0
        case packBits = 1
        case deflated = 2
        case deflatedDifferences = 3
    }

    private let bytes: [UInt8]
    private let header: PhotoshopHeader
    private let packing: Packing
    /// By plane: where its next row begins in the file.
    private var positions: [Int] = []
    /// By plane: where it is in the deflated data.
    private var inflaters: [Inflater] = []
    /// Where the lengths of packed rows lie: of all rows of the first plane, then of the second.
    private let lengthsStart: Int
    private var row = 0
    /// By plane: `[rowBytes]`, the row that was read last.
    private(set) var rows: [[UInt8]]

    /// - Parameter count: How many planes are wanted; the file may hold more.
    init(
        _ bytes: [UInt8], at start: Int, header: PhotoshopHeader, count: Int
    ) throws(ArtistFileError) {
        self.bytes = bytes
        self.header = header
        lengthsStart = start + 2
        let file = UntrustedBytes(bytes)
        guard let number = file.number(at: start, bytes: 2) else {
            throw .corrupt(reason: "it is truncated")
        }
        guard let packing = Packing(rawValue: number) else {
            throw .corrupt(reason: "its merged picture is packed in an unknown way")
        }
        self.packing = packing
        let planeBytes = header.rowBytes * header.height
        rows = [[UInt8]](repeating: [UInt8](repeating: 0, count: header.rowBytes), count: count)
        switch packing {
        case .raw:
            guard file.part(at: start + 2, bytes: planeBytes * count) != nil else {
                throw .corrupt(reason: "it is truncated")
            }
            positions = (0..<count).map { start + 2 + $0 * planeBytes }
        case .packBits:
            try findPackedPlanes(file, count)
        case .deflated, .deflatedDifferences:
            let rest = bytes.count - start - 2
            guard rest * Limits.deflateRatio >= planeBytes * count else {
                throw .corrupt(reason: "it has too few bytes for its size")
            }
            let first = try Inflater(bytes, dataRanges: [(start + 2)..<bytes.count])
            for plane in 0..<count {
                inflaters.append(plane == count - 1 ? first : try first.copied())
                if plane < count - 1 { try first.skip(planeBytes) }
            }
        }
    }

    /// Adds up the lengths of the rows of each plane.
    private func findPackedPlanes(
        _ file: UntrustedBytes, _ count: Int
    ) throws(ArtistFileError) {
        let numberBytes = header.isBig ? 4 : 2
        let numbers = header.planes * header.height
        guard file.part(at: lengthsStart, bytes: numbers * numberBytes) != nil else {
            throw .corrupt(reason: "it is truncated")
        }
        var position = lengthsStart + numbers * numberBytes
        for plane in 0..<count {
            positions.append(position)
            for row in 0..<header.height { position += packedBytes(plane: plane, row: row) }
            guard position <= bytes.count else { throw .corrupt(reason: "it is truncated") }
        }
    }

    private func packedBytes(plane: Int, row: Int) -> Int {
        let size = header.isBig ? 4 : 2
        let start = lengthsStart + (plane * header.height + row) * size
        return bytes[start..<(start + size)].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Unpacks the next row of every plane into ``rows``.
    func next() throws(ArtistFileError) {
        for plane in rows.indices { try read(plane) }
        row += 1
    }

    private func read(_ plane: Int) throws(ArtistFileError) {
        let count = header.rowBytes
        switch packing {
        case .raw:
            let start = positions[plane]
            rows[plane].withUnsafeMutableBufferPointer { target in
                bytes[start..<(start + count)].withUnsafeBufferPointer { source in
                    guard let to = target.baseAddress, let from = source.baseAddress else { return }
                    to.update(from: from, count: count)
                }
            }
            positions[plane] += count
        case .packBits:
            let length = packedBytes(plane: plane, row: row)
            let source = positions[plane]..<(positions[plane] + length)
            guard PackBits.unpack(bytes, source, into: &rows[plane]) else {
                throw .corrupt(reason: "a packed row is damaged")
            }
            positions[plane] += length
        case .deflated, .deflatedDifferences:
            try rows[plane].withUnsafeMutableBufferPointer {
                target throws(ArtistFileError) in
                guard let base = target.baseAddress else { return }
                try inflaters[plane].read(into: base, count: count)
                if packing == .deflatedDifferences { addDifferences(base) }
            }
        }
    }

    /// Each sample was stored as its difference from the one before.
    private func addDifferences(_ row: UnsafeMutablePointer<UInt8>) {
        guard header.depth == 16 else {
            for index in 1..<max(1, header.rowBytes) { row[index] &+= row[index - 1] }
            return
        }
        var sum: UInt16 = 0
        for index in stride(from: 0, to: header.rowBytes - 1, by: 2) {
            sum &+= UInt16(row[index]) << 8 | UInt16(row[index + 1])
            row[index] = UInt8(sum >> 8)
            row[index + 1] = UInt8(truncatingIfNeeded: sum)
        }
    }
}

/// Apple's PackBits: runs of equal bytes, and of bytes as they are.
enum PackBits {
    /// Unpacks exactly as many bytes as the target has; bytes left over are ignored, as some
    /// programs write rows of even length.
    ///
    /// - Returns: Whether there were enough.
    static func unpack(
        _ bytes: [UInt8], _ range: Range<Int>, into target: inout [UInt8]
    ) -> Bool {
        var (read, written) = (range.lowerBound, 0)
        return target.withUnsafeMutableBufferPointer { target in
            bytes.withUnsafeBufferPointer { bytes in
                while written < target.count {
                    guard read < range.upperBound else { return false }
                    let head = Int(Int8(bitPattern: bytes[read]))
                    read += 1
                    if head >= 0 {
                        let count = head + 1
                        guard count <= range.upperBound - read, count <= target.count - written
                        else { return false }
                        for index in 0..<count { target[written + index] = bytes[read + index] }
                        read += count
                        written += count
                    } else if head > -128 {
                        let count = 1 - head
                        guard read < range.upperBound, count <= target.count - written else {
                            return false
                        }
                        let value = bytes[read]
                        for index in 0..<count { target[written + index] = value }
                        read += 1
                        written += count
                    }
                }
                return true
            }
        }
    }
}
