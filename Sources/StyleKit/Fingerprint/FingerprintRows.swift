/// Fingerprints a picture row by row; of the picture only what the blur still needs is held.
final class FingerprintRows {
    private let width: Int
    private let height: Int
    /// Across and down, twice; none for a picture that has the fingerprint's size already.
    private let blurs: [RowBlur]
    private var light: [Float]
    private var small: [Float] = []
    /// The rows and columns of which the small picture is made, in order; one may come twice.
    private let rows: [Int]
    private let columns: [Int]
    private var row = 0
    private var sampled = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        let side = FingerprintMaker.side
        let isSmall = width == side && height == side
        blurs = isSmall ? [] : (0..<2).map { _ in RowBlur(width: width, height: height) }
        light = [Float](repeating: 0, count: width)
        rows = FingerprintRows.places(in: height)
        columns = FingerprintRows.places(in: width)
        small.reserveCapacity(side * side)
    }

    /// What was found, after the last row.
    var reading: FingerprintReading { FingerprintMaker.read(small: small) }

    /// Takes the next row: straight RGBA.
    func add(_ source: UnsafePointer<UInt8>) {
        for x in 0..<width {
            let base = x * 4
            let alpha = Float(source[base + 3]) / 255
            let value =
                0.299 * Float(source[base]) + 0.587 * Float(source[base + 1])
                + 0.114 * Float(source[base + 2])
            light[x] = value * alpha + 255 * (1 - alpha)
        }
        light.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            add(light: base)
        }
    }

    /// Takes the next row of lightness, 0 to 255.
    func add(light source: UnsafePointer<Float>) {
        guard let first = blurs.first, let second = blurs.last else { return sample(source) }
        first.add(source) { once in second.add(once) { sample($0) } }
        row += 1
        guard row == height else { return }
        first.finish { once in second.add(once) { sample($0) } }
        second.finish { sample($0) }
    }

    private func sample(_ line: UnsafePointer<Float>) {
        let copies = rows.count { $0 == sampled }
        for _ in 0..<copies { small += columns.map { line[$0] } }
        sampled += 1
    }

    private static func places(in length: Int) -> [Int] {
        let side = FingerprintMaker.side
        return (0..<side).map { Int((Double($0) + 0.5) * Double(length) / Double(side)) }
    }
}
