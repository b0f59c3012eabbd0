import ArtistFiles

/// Decodes a picture file into upright rows with at most a strip of it in memory.
///
/// A file whose rows come in another order is decoded several times, once for each strip.
struct UprightRows {
    private let file: PictureFile

    init(_ file: PictureFile) { self.file = file }

    private var width: Int { file.uprightSize.width }
    private var height: Int { file.uprightSize.height }
    private var isTurned: Bool { file.orientation >= 5 }
    private var flipsX: Bool { [2, 3, 7, 8].contains(file.orientation) }
    private var flipsY: Bool { [3, 4, 6, 7].contains(file.orientation) }

    /// Calls `body` with each row, `[width, 4]` RGBA, from the top.
    func each(_ body: (UnsafePointer<UInt8>) -> Void) throws(PictureError) {
        let rowBytes = width * 4
        guard file.orientation > 2 else {
            let row = PaddedBuffer<UInt8>(count: rowBytes, filledWith: 0)
            return try file.withRows { reader throws(PictureError) in
                for _ in 0..<height {
                    try reader.read(into: row.pointer)
                    if flipsX { mirror(row.pointer) }
                    body(UnsafePointer(row.pointer))
                }
            }
        }
        let rows = min(height, max(1, file.stripBytes / rowBytes))
        let strip = PaddedBuffer<UInt8>(count: rows * rowBytes, filledWith: 0)
        for start in stride(from: 0, to: height, by: rows) {
            let range = start..<min(height, start + rows)
            try fill(strip.pointer, with: range)
            for index in 0..<range.count { body(UnsafePointer(strip.pointer + index * rowBytes)) }
        }
    }

    /// Writes the whole upright picture, `[height, width, 4]`.
    func fill(_ target: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        guard file.orientation == 1 else { return try fill(target, with: 0..<height) }
        try file.withRows { reader throws(PictureError) in
            for row in 0..<height { try reader.read(into: target + row * width * 4) }
        }
    }

    /// Decodes the file once and writes a range of its upright rows.
    private func fill(
        _ strip: UnsafeMutablePointer<UInt8>, with rows: Range<Int>
    ) throws(PictureError) {
        let source = PaddedBuffer<UInt8>(count: file.width * 4, filledWith: 0)
        try file.withRows { reader throws(PictureError) in
            for index in 0..<file.height {
                try reader.read(into: source.pointer)
                let down = flipsY ? file.height - 1 - index : index
                if isTurned {
                    turn(source.pointer, to: strip + down * 4, rows)
                } else if rows.contains(down) {
                    if flipsX { mirror(source.pointer) }
                    let destination = strip + (down - rows.lowerBound) * width * 4
                    destination.update(from: source.pointer, count: width * 4)
                }
            }
        }
    }

    /// Writes a row of the file into a column of the strip.
    private func turn(
        _ source: UnsafeMutablePointer<UInt8>, to column: UnsafeMutablePointer<UInt8>,
        _ rows: Range<Int>
    ) {
        for row in rows {
            let from = source + (flipsX ? file.width - 1 - row : row) * 4
            let to = column + (row - rows.lowerBound) * width * 4
            (to[0], to[1], to[2], to[3]) = (from[0], from[1], from[2], from[3])
        }
    }

    private func mirror(_ row: UnsafeMutablePointer<UInt8>) {
        for left in 0..<(file.width / 2) {
            let right = file.width - 1 - left
            for lane in 0..<4 {
                (row[left * 4 + lane], row[right * 4 + lane]) =
                    (row[right * 4 + lane], row[left * 4 + lane])
            }
        }
    }
}

/// How a camera was held: the EXIF orientation, 1 to 8, where 1 is upright.
enum Orientation {
    private static let tag = 0x0112
    private static let entryBytes = 12
    /// No camera writes so many entries into its first directory.
    private static let entryLimit = 512

    /// Reads the first directory of an EXIF block. Anything malformed counts as upright, never as
    /// an error.
    ///
    /// - Parameter exif: A TIFF header and what follows, with or without `Exif` before it.
    static func read(exif: UntrustedBytes) -> Int {
        let tiff = exif.starts(with: Array("Exif\0\0".utf8)) ? exif.dropping(6) : exif
        let isLittle = tiff.starts(with: [0x49, 0x49, 0x2A, 0])
        guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return 1 }
        guard
            let start = tiff.number(at: 4, bytes: 4, isLittle: isLittle),
            let count = tiff.number(at: start, bytes: 2, isLittle: isLittle)
        else { return 1 }
        for index in 0..<min(count, entryLimit) {
            let entry = start + 2 + index * entryBytes
            guard let found = tiff.number(at: entry, bytes: 2, isLittle: isLittle) else { break }
            guard found == tag else { continue }
            let value = tiff.number(at: entry + 8, bytes: 2, isLittle: isLittle) ?? 1
            return (1...8).contains(value) ? value : 1
        }
        return 1
    }
}
