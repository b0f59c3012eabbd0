#if ATELIER_TIFF
    import CTIFF

    /// The rows of a TIFF: of strips one by one, of tiles a row of tiles at a time.
    ///
    /// Where each sample has a plane of its own, each plane is read with a handle of its own:
    /// libtiff unpacks a strip from its start again after it was at another.
    final class TIFFRows: SampleRows {
        private let form: TIFFForm
        private let handles: [TIFFHandle]
        /// By handle: the packed rows that are held, one or as many as a tile is high.
        private var rows: [[UInt8]] = []
        private let rowBytes: Int
        private var tile: [UInt8] = []
        private var row = 0

        /// - Parameter bytes: The file; the memory must outlive the reader.
        init(_ form: TIFFForm, _ bytes: UnsafeBufferPointer<UInt8>) throws(ArtistFileError) {
            self.form = form
            var handles: [TIFFHandle] = []
            for _ in 0..<(form.isPlanar ? form.usedSamples : 1) {
                let handle = try TIFFHandle(bytes)
                // The form is that of colours which JPEG's decoder has converted.
                _ = try TIFFForm(handle)
                handle.beginPixels()
                handles.append(handle)
            }
            self.handles = handles
            let perPixel = form.isPlanar ? 1 : form.samples
            rowBytes = (form.width * perPixel * form.bits + 7) / 8
            var held = rowBytes
            if let size = form.tile {
                let tileRow = (size.width * perPixel * form.bits + 7) / 8
                let across = (form.width + size.width - 1) / size.width
                guard tileRow <= Limits.tiffBlockBytes / max(1, across * size.height) else {
                    throw .unsupported(
                        "its tiles of \(size.width) × \(size.height) pixels are too large")
                }
                guard TIFFTileSize(handles[0].file) == tileRow * size.height else {
                    throw .corrupt(reason: "the size of its tiles is damaged")
                }
                tile = [UInt8](repeating: 0, count: tileRow * size.height)
                held = tileRow * across * size.height
            } else if TIFFScanlineSize(handles[0].file) != rowBytes {
                throw .corrupt(reason: "the length of its rows is damaged")
            }
            rows = [[UInt8]](repeating: [UInt8](repeating: 0, count: held), count: handles.count)
        }

        func read(
            into row: UnsafeMutableRawPointer, alphas: UnsafeMutablePointer<UInt8>
        ) throws(ArtistFileError) {
            var start = 0
            if let size = form.tile {
                let down = self.row % size.height
                if down == 0 { try readTiles(size) }
                start = down * (rows[0].count / size.height)
            } else {
                for plane in handles.indices {
                    try rows[plane].withUnsafeMutableBufferPointer {
                        buffer throws(ArtistFileError) in
                        guard let base = buffer.baseAddress else { return }
                        try handles[plane].readRow(self.row, plane: plane, into: base)
                    }
                }
            }
            self.row += 1
            let samples = TIFFSamples(form: form, rows: rows, start: start)
            samples.write(to: row, alphas)
        }

        private func readTiles(_ size: (width: Int, height: Int)) throws(ArtistFileError) {
            let tileRow = tile.count / size.height
            for plane in handles.indices {
                let held = rows[plane].count / size.height
                for (index, x) in stride(from: 0, to: form.width, by: size.width).enumerated() {
                    let count = tile.count
                    try tile.withUnsafeMutableBufferPointer {
                        buffer throws(ArtistFileError) in
                        guard let base = buffer.baseAddress else { return }
                        try handles[plane].readTile(
                            x: x, y: row, plane: plane, into: base, count: count)
                    }
                    for down in 0..<size.height {
                        let target = down * held + index * tileRow
                        rows[plane].replaceSubrange(
                            target..<(target + tileRow),
                            with: tile[(down * tileRow)..<((down + 1) * tileRow)])
                    }
                }
            }
        }
    }

    /// One packed row of a TIFF, and what its samples mean.
    struct TIFFSamples {
        let form: TIFFForm
        /// By plane, or all samples in one.
        let rows: [[UInt8]]
        /// Where the row begins in each.
        let start: Int

        func write(to row: UnsafeMutableRawPointer, _ alphas: UnsafeMutablePointer<UInt8>) {
            let bytes = row.assumingMemoryBound(to: UInt8.self)
            let words = row.assumingMemoryBound(to: UInt16.self)
            switch form.model {
            case .palette(let palette):
                forEachSample(0) { x, value in
                    let color = palette[value]
                    for lane in 0..<4 { bytes[x * 4 + lane] = color[lane] }
                }
            case .inks:
                for lane in 0..<4 {
                    forEachSample(lane) { x, value in bytes[x * 4 + lane] = 255 - level(value) }
                }
                writeAlpha(4, full: 255) { x, alpha in alphas[x] = level(alpha) }
                if form.alpha == .premultiplied { divideInks(bytes, alphas) }
            case .color, .grayFromBlack, .grayFromWhite:
                if form.bits == 16 { writeColors(words) } else { writeColors(bytes) }
            }
        }

        /// Grey or colour and alpha, straight.
        private func writeColors<Sample: FixedWidthInteger & UnsignedInteger>(
            _ row: UnsafeMutablePointer<Sample>
        ) {
            let scale = form.bits < 8 ? 255 / (1 << form.bits - 1) : 1
            let full = Int(Sample.max)
            let isColor = form.model == .color
            let isInverted = form.model == .grayFromWhite
            for lane in 0..<(isColor ? 3 : 1) {
                forEachSample(lane) { x, value in
                    let sample = Sample(truncatingIfNeeded: value * scale)
                    let shown = isInverted ? .max - sample : sample
                    row[x * 4 + lane] = shown
                    if !isColor { (row[x * 4 + 1], row[x * 4 + 2]) = (shown, shown) }
                }
            }
            writeAlpha(isColor ? 3 : 1, full: full) { x, alpha in
                row[x * 4 + 3] = Sample(truncatingIfNeeded: alpha)
                guard form.alpha == .premultiplied, alpha < full else { return }
                for lane in 0..<3 {
                    let value = Int(row[x * 4 + lane])
                    let straight = alpha == 0 ? 0 : min(full, (value * full + alpha / 2) / alpha)
                    row[x * 4 + lane] = Sample(truncatingIfNeeded: straight)
                }
            }
        }

        private func writeAlpha(_ sample: Int, full: Int, _ body: (Int, Int) -> Void) {
            if form.alpha == .none {
                for x in 0..<form.width {
                    body(x, form.model == .inks && form.bits == 16 ? 65_535 : full)
                }
            } else {
                forEachSample(sample, body)
            }
        }

        private func divideInks(
            _ row: UnsafeMutablePointer<UInt8>, _ alphas: UnsafeMutablePointer<UInt8>
        ) {
            for x in 0..<form.width {
                let alpha = Int(alphas[x])
                for lane in 0..<4 {
                    let ink = 255 - Int(row[x * 4 + lane])
                    let straight = alpha == 0 ? 0 : min(255, (ink * 255 + alpha / 2) / alpha)
                    row[x * 4 + lane] = UInt8(255 - straight)
                }
            }
        }

        /// The nearest of 256 levels.
        private func level(_ value: Int) -> UInt8 {
            UInt8(truncatingIfNeeded: form.bits == 16 ? (value * 255 + 32_895) >> 16 : value)
        }

        /// Calls `body` with each column and the value there.
        private func forEachSample(_ sample: Int, _ body: (Int, Int) -> Void) {
            let plane = form.isPlanar ? sample : 0
            let step = form.isPlanar ? 1 : form.samples
            let first = form.isPlanar ? 0 : sample
            rows[plane].withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress.map({ $0 + start }) else { return }
                switch form.bits {
                case 16:
                    let words = UnsafeRawPointer(base)
                    for x in 0..<form.width {
                        let offset = (x * step + first) * 2
                        let word = words.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
                        body(x, Int(word))
                    }
                case 8:
                    for x in 0..<form.width { body(x, Int(base[x * step + first])) }
                default:
                    let mask = 1 << form.bits - 1
                    for x in 0..<form.width {
                        let bit = (x * step + first) * form.bits
                        let shift = 8 - form.bits - bit & 7
                        body(x, Int(base[bit >> 3]) >> shift & mask)
                    }
                }
            }
        }
    }
#endif
