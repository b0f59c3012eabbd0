import Fingerprints
package import StyleKit

/// Measures pictures against the works that they shall be made of.
package struct Judge: Sendable {
    /// Differing bits, at least, between two pictures of one style and mode.
    package static let seedDistance = 96
    /// The median number of differing bits, at least, between two pictures after one sketch.
    package static let sketchDistance = 60

    /// Pixels from one searched patch to the next.
    private let step: Int
    private let works: [LabPicture]
    private let library: PatchLibrary
    private let energies: [[Double]]
    private let texture: TextureMeasure
    private let seams: StraightSeams
    private let fingerprints: [Fingerprint]

    /// - Parameters:
    ///   - works: At the scale at which the pictures were drawn; at least one.
    ///   - step: Pixels from one searched patch to the next; less is slower and finer.
    package init(works: [Picture], step: Int) {
        self.step = step
        self.works = works.map { LabPicture($0) }
        library = PatchLibrary(self.works)
        energies = self.works.map { DetailMeasure.energies($0) }
        texture = TextureMeasure(self.works)
        seams = StraightSeams(self.works, library: library)
        fingerprints = works.map { $0.fingerprintReading().fingerprint }
    }

    /// Measures one picture.
    ///
    /// - Parameters:
    ///   - reportedPiece: The largest piece as the drawing reported it, if it was drawn.
    ///   - guide: What it was painted after, as the seed varied it; detail is measured by it.
    package func figures(
        of picture: Picture, reportedPiece: Double? = nil, guide: Picture? = nil
    ) -> Measurements {
        let lab = LabPicture(picture)
        let tracing = Tracing(lab, in: library, works: works.count, step: step)
        let reading = picture.fingerprintReading()
        return Measurements(
            markDistance: tracing.distance(at: 0.5), worstMarkDistance: tracing.distance(at: 0.95),
            detail: DetailMeasure.ratio(
                lab, works: guide.map { [DetailMeasure.energies(LabPicture($0))] } ?? energies),
            texture: texture.ratio(lab),
            piece: tracing.largestFragment, reportedPiece: reportedPiece,
            works: tracing.shares.filter { $0 >= 0.02 }.count,
            topShare: tracing.shares.max() ?? 0,
            copyDistance: fingerprints.map { reading.distance(to: $0) }.min() ?? Fingerprint.bits,
            edgeRatio: Self.edgeRatioToLines(of: picture),
            forms: guide.map { FormMeasure.correlation(picture, $0) },
            straightSeam: seams.longest(in: lab))
    }

    /// The length in pixels of the longest straight seam that is in no work; 0 where none is longer
    /// than 12.
    package func straightSeam(of picture: Picture) -> Int {
        seams.longest(in: LabPicture(picture))
    }

    /// The number of differing bits between the two most similar pictures.
    package static func closest(_ pictures: [Picture]) -> Int {
        let fingerprints = pictures.map { $0.fingerprintReading().fingerprint }
        var closest = Fingerprint.bits
        for (index, fingerprint) in fingerprints.enumerated() {
            for other in fingerprints[(index + 1)...] {
                closest = min(closest, fingerprint.distance(to: other))
            }
        }
        return closest
    }

    /// What is wrong with how pictures of one kind differ from seed to seed.
    ///
    /// - Parameters:
    ///   - closest: Of ``closest(_:)``.
    ///   - median: Of ``medianDistance(_:)``.
    package static func failedVariety(_ mode: Mode, closest: Int, median: Int) -> [String] {
        switch mode {
        case .compose, .collage, .pattern:
            closest >= seedDistance ? [] : ["seeds differ: at least \(seedDistance) bits"]
        case .sketch:
            median >= sketchDistance ? [] : ["seeds differ: median at least \(sketchDistance) bits"]
        case .after: []
        }
    }

    /// The median number of differing bits between two pictures.
    package static func medianDistance(_ pictures: [Picture]) -> Int {
        let fingerprints = pictures.map { $0.fingerprintReading().fingerprint }
        let distances = fingerprints.indices.flatMap { index in
            fingerprints[(index + 1)...].map { fingerprints[index].distance(to: $0) }
        }.sorted()
        return distances.isEmpty ? Fingerprint.bits : distances[distances.count / 2]
    }

    /// The mean change of lightness over the edges, as a tile lies beside itself, over that from
    /// each pixel to the next inside.
    package static func edgeRatio(of picture: Picture) -> Double {
        let (across, down) = changes(in: picture)
        let (width, height) = (picture.width, picture.height)
        let inside = across.inside.reduce(0, +) + down.inside.reduce(0, +)
        let insideCount = Double(height * (width - 1) + width * (height - 1))
        let edge = (across.edge + down.edge) / Double(width + height)
        return edge / max(inside / insideCount, 1e-6)
    }

    /// The change over the edges over that from line to line inside, beyond which only one line of
    /// twenty goes: where little is drawn, the mean says nothing of a line that meets an edge.
    static func edgeRatioToLines(of picture: Picture) -> Double {
        let (across, down) = changes(in: picture)
        func busy(_ inside: [Double]) -> Double { inside.sorted()[inside.count * 19 / 20] }
        return (across.edge + down.edge) / max(busy(across.inside) + busy(down.inside), 1e-6)
    }

    /// The change of lightness over the edge, and from each line to the next inside.
    private typealias Changes = (edge: Double, inside: [Double])

    private static func changes(in picture: Picture) -> (across: Changes, down: Changes) {
        let values = LabPicture(picture).lightness
        let (width, height) = (picture.width, picture.height)
        let across = changes(lines: width) { x, next in
            (0..<height).reduce(0) { sum, y in
                sum + Double(abs(values[y * width + x] - values[y * width + next]))
            }
        }
        let down = changes(lines: height) { y, next in
            (0..<width).reduce(0) { sum, x in
                sum + Double(abs(values[y * width + x] - values[next * width + x]))
            }
        }
        return (across, down)
    }

    private static func changes(lines: Int, change: (Int, Int) -> Double) -> Changes {
        (change(lines - 1, 0), (1..<lines).map { change($0 - 1, $0) })
    }
}
