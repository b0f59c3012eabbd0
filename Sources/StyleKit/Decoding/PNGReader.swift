import ArtistFiles

/// Decodes the rows of a PNG file, interlaced ones too, with a few of them in memory.
///
/// The passes of an interlaced file are decompressed side by side, each from where it begins in the
/// data.
final class PNGReader: RowReader {
    private let layout: PNGLayout
    private let samples: PNGSamples
    private let passes: [(pass: PNGPass, rows: PNGRows)]
    private let transform: ColorTransform?
    /// `[width, 4]`: a row of 16 bits a sample before it is converted; empty for other depths.
    private var row16Bit: [UInt16]
    private var row = 0

    init(_ file: PNGFile, _ bytes: [UInt8]) throws(PictureError) {
        layout = file.layout
        samples = PNGSamples(file)
        let is16Bit = file.layout.depth == 16
        transform = file.colors?.transform(
            kind: file.layout.isGray ? .gray : .color, is16Bit: is16Bit)
        row16Bit = is16Bit ? [UInt16](repeating: 0, count: file.width * 4) : []
        let step = max(1, file.layout.depth * file.layout.channels / 8)
        let all = PNGPass.all(of: file.layout)
        do throws(ArtistFileError) {
            let inflater = try Inflater(bytes, dataRanges: file.dataRanges)
            var passes: [(pass: PNGPass, rows: PNGRows)] = []
            for pass in all {
                let count = file.layout.bytes(of: pass.width(in: file.layout))
                let isLast = passes.count == all.count - 1
                let own = isLast ? inflater : try inflater.copied()
                passes.append((pass, PNGRows(own, bytes: count, step: step)))
                if !isLast { try inflater.skip((count + 1) * pass.height(in: file.layout)) }
            }
            self.passes = passes
        } catch {
            throw PictureError(error)
        }
    }

    func read(into target: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        for (pass, rows) in passes where pass.covers(row: row) {
            let packed = try rows.next()
            let count = pass.width(in: layout)
            if row16Bit.isEmpty {
                let destination = target + pass.left * 4
                samples.expand(packed, count: count, to: destination, step: pass.across)
            } else {
                row16Bit.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    let destination = base + pass.left * 4
                    samples.expand16Bit(packed, count: count, to: destination, step: pass.across)
                }
            }
        }
        row += 1
        if row16Bit.isEmpty {
            transform?.convertRow(UnsafePointer(target), to: target, count: layout.width)
        } else {
            Samples16Bit.convert(row16Bit, to: target, transform, width: layout.width)
        }
    }
}

/// Expands the samples of a PNG row to straight RGBA, 8 or 16 bits each.
struct PNGSamples {
    private let layout: PNGLayout
    /// For one channel of at most 8 bits: the RGBA of each sample value.
    private var colorTable: [SIMD4<UInt8>] = []
    /// The transparent colour, in the file's own bits; nil if there is none.
    private let transparency: SIMD3<UInt16>?

    init(_ file: PNGFile) {
        layout = file.layout
        let isSingle = file.layout.colorType == 0 || file.layout.colorType == 3
        if isSingle, file.layout.depth <= 8 { colorTable = PNGSamples.colorTable(file) }
        let words = stride(from: 0, to: file.transparency.count - 1, by: 2).map {
            UInt16(file.transparency[$0]) << 8 | UInt16(file.transparency[$0 + 1])
        }
        switch file.layout.colorType {
        case 0 where words.count == 1: transparency = SIMD3(repeating: words[0])
        case 2 where words.count == 3: transparency = SIMD3(words[0], words[1], words[2])
        default: transparency = nil
        }
    }

    /// Samples of at most 8 bits; `step` is the distance of the pixels in the target.
    func expand(
        _ row: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt8>, step: Int
    ) {
        switch layout.colorType {
        case 0, 3: expandIndexed(row, count, target, step)
        case 4:
            for index in 0..<count {
                let gray = row[index * 2]
                let destination = target + index * step * 4
                (destination[0], destination[1], destination[2], destination[3]) = (
                    gray, gray, gray, row[index * 2 + 1]
                )
            }
        case 2:
            for index in 0..<count {
                let from = row + index * 3
                let destination = target + index * step * 4
                (destination[0], destination[1], destination[2], destination[3]) = (
                    from[0], from[1], from[2], 255
                )
            }
            if let transparency { applyColorKey(transparency, row, count, target, step) }
        default:
            for index in 0..<count {
                let from = row + index * 4
                let destination = target + index * step * 4
                (destination[0], destination[1], destination[2], destination[3]) = (
                    from[0], from[1], from[2], from[3]
                )
            }
        }
    }

    /// Samples of 16 bits.
    func expand16Bit(
        _ row: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt16>, step: Int
    ) {
        let channels = layout.channels
        for index in 0..<count {
            let from = row + index * channels * 2
            let destination = target + index * step * 4
            let word = { (channel: Int) in
                UInt16(from[channel * 2]) << 8 | UInt16(from[channel * 2 + 1])
            }
            let color =
                channels < 3 ? SIMD3(repeating: word(0)) : SIMD3(word(0), word(1), word(2))
            var alpha: UInt16 = channels.isMultiple(of: 2) ? word(channels - 1) : .max
            if let transparency, transparency == color { alpha = 0 }
            let premultipliedAndBack = PNGSamples.premultipliedAndBack(color, alpha)
            (destination[0], destination[1], destination[2], destination[3]) = (
                premultipliedAndBack.x, premultipliedAndBack.y, premultipliedAndBack.z, alpha
            )
        }
    }

    /// Colour multiplied by alpha and divided again: translucent pixels keep what is visible.
    ///
    /// This is how these files were read from the beginning, and the hashes of pixels depend on it.
    private static func premultipliedAndBack(_ color: SIMD3<UInt16>, _ alpha: UInt16) -> SIMD3<
        UInt16
    > {
        if alpha == .max { return color }
        guard alpha > 0 else { return SIMD3(repeating: 0) }
        var result = color
        for lane in 0..<3 {
            let product = UInt32(color[lane]) * UInt32(alpha) &+ 32_768
            let shown = (product &+ product >> 16) >> 16
            let back = (shown * 65_535 + UInt32(alpha) / 2) / UInt32(alpha)
            result[lane] = UInt16(min(65_535, back))
        }
        return result
    }

    private func expandIndexed(
        _ row: UnsafePointer<UInt8>, _ count: Int, _ target: UnsafeMutablePointer<UInt8>,
        _ step: Int
    ) {
        let depth = layout.depth
        let mask = UInt8(truncatingIfNeeded: 1 << depth - 1)
        colorTable.withUnsafeBufferPointer { colorTable in
            for index in 0..<count {
                let bit = index * depth
                let shift = 8 - depth - bit & 7
                let color = colorTable[Int(row[bit >> 3] >> UInt8(shift) & mask)]
                let destination = target + index * step * 4
                (destination[0], destination[1], destination[2], destination[3]) = (
                    color.x, color.y, color.z, color.w
                )
            }
        }
    }

    private func applyColorKey(
        _ transparency: SIMD3<UInt16>, _ row: UnsafePointer<UInt8>, _ count: Int,
        _ target: UnsafeMutablePointer<UInt8>, _ step: Int
    ) {
        let key = SIMD3<UInt8>(truncatingIfNeeded: transparency)
        for index in 0..<count {
            let from = row + index * 3
            if from[0] == key.x, from[1] == key.y, from[2] == key.z {
                target[index * step * 4 + 3] = 0
            }
        }
    }

    /// An index beyond the palette is black.
    private static func colorTable(_ file: PNGFile) -> [SIMD4<UInt8>] {
        let count = 1 << file.layout.depth
        let isGray = file.layout.colorType == 0
        let transparentGray =
            isGray && file.transparency.count == 2 ? Int(file.transparency[1]) & (count - 1) : -1
        return (0..<count).map { value in
            if isGray {
                let gray = UInt8(value * 255 / (count - 1))
                return SIMD4(gray, gray, gray, value == transparentGray ? 0 : 255)
            }
            guard value * 3 + 2 < file.palette.count else { return SIMD4(0, 0, 0, 255) }
            let color = file.palette[(value * 3)...]
            let alpha = value < file.transparency.count ? file.transparency[value] : 255
            return SIMD4(
                color[value * 3], color[value * 3 + 1], color[value * 3 + 2], alpha)
        }
    }
}
