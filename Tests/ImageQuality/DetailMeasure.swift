/// How much happens in a picture from octave to octave: blur takes it away.
enum DetailMeasure {
    static let octaves = 4

    /// The mean change of lightness from one blur to the next twice as wide, finest first.
    static func energies(_ picture: LabPicture) -> [Double] {
        var finer = picture.lightness
        return (0..<octaves).map { octave in
            let coarser = blurred(
                finer, width: picture.width, height: picture.height, radius: 1 << octave)
            var sum = 0.0
            for index in finer.indices { sum += Double(abs(finer[index] - coarser[index])) }
            finer = coarser
            return sum / Double(max(1, finer.count))
        }
    }

    /// A picture's energies over the works' mean ones: the mean of the octaves' ratios.
    static func ratio(_ picture: LabPicture, works: [[Double]]) -> Double {
        let own = energies(picture)
        let ratios = (0..<octaves).map { octave in
            let mean = works.map { $0[octave] }.reduce(0, +) / Double(works.count)
            return own[octave] / max(mean, 1e-6)
        }
        return ratios.reduce(0, +) / Double(octaves)
    }

    /// Means over `2 * radius + 1` pixels across, then down; cut at the border.
    static func blurred(_ values: [Float], width: Int, height: Int, radius: Int) -> [Float] {
        var middle = values
        for y in 0..<height {
            line(values, &middle, start: y * width, step: 1, count: width, radius: radius)
        }
        var result = middle
        for x in 0..<width {
            line(middle, &result, start: x, step: width, count: height, radius: radius)
        }
        return result
    }

    private static func line(
        _ values: [Float], _ result: inout [Float], start: Int, step: Int, count: Int, radius: Int
    ) {
        var sum: Float = 0
        var inside: Float = 0
        for index in 0..<min(radius, count) {
            sum += values[start + index * step]
            inside += 1
        }
        for index in 0..<count {
            if index + radius < count {
                sum += values[start + (index + radius) * step]
                inside += 1
            }
            if index - radius - 1 >= 0 {
                sum -= values[start + (index - radius - 1) * step]
                inside -= 1
            }
            result[start + index * step] = sum / inside
        }
    }
}
