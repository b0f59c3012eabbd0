/// How a camera was held: the EXIF orientation, 1 to 8, where 1 is upright.
enum Orientation {
    private static let tag = 0x0112
    private static let entryBytes = 12
    /// Nobody writes more entries than this into the first directory.
    private static let entryLimit = 512

    /// Reads the first directory of an EXIF block; anything odd means upright, never an error.
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
