/// The colours of a work's skin, hair and cloth.
extension FigureRaster {
    /// The median of the face between eyes and mouth.
    ///
    /// - Parameter points: In pixels of the work.
    func skin(points: FigurePoints) -> SIMD3<Float> {
        let corners = [points.leftEye, points.rightEye, points.mouth].map(place)
        let center = corners.reduce(SIMD2(), +) / 3
        var mask = FigureMask(width: width, height: height)
        mask.fill(corners.map { center + ($0 - center) * 1.9 })
        return median { mask[$0] } ?? SIMD3(65, 4, 7)
    }

    /// The median of the head around the face.
    func hair(points: FigurePoints, headSize: Double) -> SIMD3<Float> {
        let eyes = place(points.betweenEyes)
        let size = headSize * factor
        let found = median { index in
            guard self.head[index] else { return false }
            let x = (Double(index % self.width) - eyes.x) / (size * 0.75)
            let y = (Double(index / self.width) - eyes.y - 0.35 * size) / (size * 0.95)
            return x * x + y * y > 1
        }
        return found ?? SIMD3(30, 2, 4)
    }

    private func median(where isCounted: (Int) -> Bool) -> SIMD3<Float>? {
        var lanes: [[Float]] = [[], [], []]
        for index in 0..<colors.count where colors.pointer[index].w > 0.9 && isCounted(index) {
            let color = colors.pointer[index] / colors.pointer[index].w
            for lane in 0..<3 { lanes[lane].append(color[lane]) }
        }
        guard !lanes[0].isEmpty else { return nil }
        let middle = lanes.map { $0.sorted()[$0.count / 2] }
        return SIMD3(middle[0], middle[1], middle[2])
    }

    /// The colours of at most four cloths, the largest first: k-means from colours that lie far
    /// apart.
    func cloths(skin: SIMD3<Float>) -> [FigureWork.Cloth] {
        let removed = head.dilated(by: 2)
        let scale = SIMD3<Float>(0.5, 1.6, 1.6)
        var samples: [SIMD3<Float>] = []
        for index in 0..<colors.count where colors.pointer[index].w > 0.95 && !removed[index] {
            let color = FigureColor.lab(colors.pointer[index] / colors.pointer[index].w)
            guard SkinLikeness(skin).narrow(color) < 0.25 else { continue }
            samples.append(color * scale)
        }
        let step = max(1, samples.count / 3_000)
        samples = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
        guard samples.count >= 50 else { return [] }
        var centers = [samples.reduce(SIMD3(), +) / Float(samples.count)]
        while centers.count < 4 {
            // The next centre is the colour whose distance, weighted by frequency, is large.
            var distances = samples.map { ColorMeans.nearest($0, in: centers).distance }
            distances.sort()
            let wanted = distances[distances.count * 9 / 10]
            let next = samples.first {
                ColorMeans.nearest($0, in: centers).distance >= wanted
            }
            centers.append(next ?? samples[0])
        }
        let colors = samples.map { ($0, Float(1)) }
        var counts = [Float](repeating: 0, count: 4)
        for _ in 0..<12 { (centers, counts) = ColorMeans.moved(centers, colors) }
        return (0..<4).sorted { (counts[$1], $0) < (counts[$0], $1) }.map {
            (counts[$0] / Float(samples.count), centers[$0] / scale)
        }
    }
}

/// How much a colour is like a skin, 0 to 1.
struct SkinLikeness {
    private let skin: SIMD3<Float>

    init(_ skin: SIMD3<Float>) { self.skin = skin }

    /// Near the skin in colour, and not dark.
    @inline(__always)
    func narrow(_ color: SIMD3<Float>) -> Float {
        let light = max(0, min(1, (color.x - 35) / 20))
        guard light > 0 else { return 0 }
        let a = (color.y - skin.y) / 3
        let b = (color.z - skin.z) / 3.5
        return Curves.gaussian(a * a + b * b) * light
    }

    /// In shadow and blush too: only for where skin is expected.
    @inline(__always)
    func wide(_ color: SIMD3<Float>) -> Float {
        let light = max(0, min(1, (color.x - 28) / 12))
        guard light > 0 else { return 0 }
        let depth = max(0.35, min(1.2, color.x / max(skin.x, 20)))
        let a = (color.y - skin.y * depth) / 6
        let b = (color.z - skin.z * depth) / 6.5
        let square = a * a + b * b
        return Curves.gaussian(square * square.squareRoot()) * light
    }
}
