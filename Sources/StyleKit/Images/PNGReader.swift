/// Reads the rows of a PNG file, interlaced ones too, without holding more than a few of them.
///
/// The passes of an interlaced file are unpacked side by side, each from where it begins.
final class PNGReader: RowReader {
    private let layout: PNGLayout
    private let samples: PNGSamples
    private let passes: [(pass: PNGPass, rows: PNGRows)]
    private let transform: ColorTransform?
    /// A row of 16 bits a sample before its colours are moved; empty for others.
    private var deep: [UInt16]
    private var row = 0

    init(_ file: PNGFile, _ bytes: [UInt8]) throws(PictureError) {
        layout = file.layout
        samples = PNGSamples(file)
        let isDeep = file.layout.depth == 16
        transform = file.colors?.transform(
            kind: file.layout.isGray ? .gray : .color, isDeep: isDeep)
        deep = isDeep ? [UInt16](repeating: 0, count: file.width * 4) : []
        let step = max(1, file.layout.depth * file.layout.channels / 8)
        let all = PNGPass.all(of: file.layout)
        let inflater = try PNGInflater(bytes, runs: file.runs)
        var passes: [(pass: PNGPass, rows: PNGRows)] = []
        for pass in all {
            let count = file.layout.bytes(of: pass.width(in: file.layout))
            let isLast = passes.count == all.count - 1
            let own = isLast ? inflater : try inflater.copied()
            passes.append((pass, PNGRows(own, bytes: count, step: step)))
            if !isLast { try inflater.skip((count + 1) * pass.height(in: file.layout)) }
        }
        self.passes = passes
    }

    func read(into target: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        for (pass, rows) in passes where pass.covers(row: row) {
            let packed = try rows.next()
            let count = pass.width(in: layout)
            if deep.isEmpty {
                let place = target + pass.left * 4
                samples.spread(packed, count: count, to: place, step: pass.across)
            } else {
                deep.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    let place = base + pass.left * 4
                    samples.spreadDeep(packed, count: count, to: place, step: pass.across)
                }
            }
        }
        row += 1
        if deep.isEmpty {
            transform?.convertRow(UnsafePointer(target), to: target, count: layout.width)
        } else {
            finishDeep(target)
        }
    }

    private func finishDeep(_ target: UnsafeMutablePointer<UInt8>) {
        deep.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            if let transform {
                transform.convertRow(base, to: target, count: layout.width)
            } else {
                for index in 0..<(layout.width * 4) {
                    target[index] = UInt8((UInt32(base[index]) * 255 + 32_895) >> 16)
                }
            }
        }
    }
}
