/// The rows of a merged picture as samples side by side.
final class PhotoshopRows: SampleRows {
    private let planes: PhotoshopPlanes
    private let header: PhotoshopHeader
    private let hasAlpha: Bool
    /// Whether translucent colours were mixed with white.
    private let isOnWhite: Bool
    private let palette: [UInt8]
    private let clearIndex: Int?

    init(
        _ planes: PhotoshopPlanes, header: PhotoshopHeader, hasAlpha: Bool, isOnWhite: Bool,
        palette: [UInt8], clearIndex: Int?
    ) {
        self.planes = planes
        self.header = header
        self.hasAlpha = hasAlpha
        self.isOnWhite = isOnWhite
        self.palette = palette
        self.clearIndex = clearIndex
    }

    func read(
        into row: UnsafeMutableRawPointer, alphas: UnsafeMutablePointer<UInt8>
    ) throws(ArtistFileError) {
        try planes.next()
        let bytes = row.assumingMemoryBound(to: UInt8.self)
        switch header.mode {
        case .bitmap: writeBits(bytes)
        case .indexed: writeIndexed(bytes)
        case .inks: writeInks(bytes, alphas)
        case .gray, .duotone, .color:
            if header.depth == 16 {
                writeWords(row.assumingMemoryBound(to: UInt16.self))
            } else {
                writeBytes(bytes)
            }
        }
    }

    /// A set bit is black.
    private func writeBits(_ row: UnsafeMutablePointer<UInt8>) {
        let plane = planes.rows[0]
        for x in 0..<header.width {
            let isBlack = plane[x >> 3] >> UInt8(7 - x & 7) & 1 == 1
            for lane in 0..<3 { row[x * 4 + lane] = isBlack ? 0 : 255 }
            row[x * 4 + 3] = 255
        }
    }

    private func writeIndexed(_ row: UnsafeMutablePointer<UInt8>) {
        let plane = planes.rows[0]
        for x in 0..<header.width {
            let index = Int(plane[x])
            for lane in 0..<3 { row[x * 4 + lane] = palette[lane * 256 + index] }
            row[x * 4 + 3] = index == clearIndex ? 0 : 255
        }
    }

    private func writeInks(
        _ row: UnsafeMutablePointer<UInt8>, _ alphas: UnsafeMutablePointer<UInt8>
    ) {
        let step = header.depth / 8
        for lane in 0..<4 {
            let plane = planes.rows[lane]
            for x in 0..<header.width { row[x * 4 + lane] = level(plane, x, step) }
        }
        for x in 0..<header.width {
            alphas[x] = hasAlpha ? level(planes.rows[4], x, step) : 255
            guard isOnWhite else { continue }
            for lane in 0..<4 {
                row[x * 4 + lane] = UInt8(
                    Matte.removed(Int(row[x * 4 + lane]), alpha: Int(alphas[x]), full: 255))
            }
        }
    }

    /// A sample of two bytes.
    static func word(_ plane: [UInt8], _ x: Int) -> UInt16 {
        UInt16(plane[x * 2]) << 8 | UInt16(plane[x * 2 + 1])
    }

    /// A sample of a plane, to the nearest of 256 levels.
    private func level(_ plane: [UInt8], _ x: Int, _ step: Int) -> UInt8 {
        guard step == 2 else { return plane[x] }
        return UInt8((UInt32(Self.word(plane, x)) * 255 + 32_895) >> 16)
    }

    private func writeBytes(_ row: UnsafeMutablePointer<UInt8>) {
        let isGray = header.mode != .color
        for lane in 0..<3 {
            let plane = planes.rows[isGray ? 0 : lane]
            for x in 0..<header.width { row[x * 4 + lane] = plane[x] }
        }
        guard hasAlpha, let alphas = planes.rows.last else {
            for x in 0..<header.width { row[x * 4 + 3] = 255 }
            return
        }
        for x in 0..<header.width {
            let alpha = Int(alphas[x])
            row[x * 4 + 3] = alphas[x]
            guard isOnWhite, alpha < 255 else { continue }
            for lane in 0..<3 {
                row[x * 4 + lane] = UInt8(
                    Matte.removed(Int(row[x * 4 + lane]), alpha: alpha, full: 255))
            }
        }
    }

    private func writeWords(_ row: UnsafeMutablePointer<UInt16>) {
        let isGray = header.mode != .color
        for lane in 0..<3 {
            let plane = planes.rows[isGray ? 0 : lane]
            for x in 0..<header.width { row[x * 4 + lane] = Self.word(plane, x) }
        }
        guard hasAlpha, let alphas = planes.rows.last else {
            for x in 0..<header.width { row[x * 4 + 3] = .max }
            return
        }
        for x in 0..<header.width {
            let alpha = Self.word(alphas, x)
            row[x * 4 + 3] = alpha
            guard isOnWhite, alpha < .max else { continue }
            for lane in 0..<3 {
                row[x * 4 + lane] = UInt16(
                    Matte.removed(Int(row[x * 4 + lane]), alpha: Int(alpha), full: 65_535))
            }
        }
    }
}
