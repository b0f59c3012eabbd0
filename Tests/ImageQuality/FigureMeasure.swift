import Fingerprints
package import StyleKit

/// What was measured in one figure.
package struct FigureMeasure: Codable, Sendable {
    /// Eyes, mouths and hands of any work that are there whole.
    package var eyes = 0
    package var mouths = 0
    package var hands = 0
    /// Eyes and mouths, and hands, of which a part is there.
    package var cutFeatures = 0
    package var cutHands = 0
    /// The part of the figure, 0 to 1, from heads of which it does not have the face.
    package var foreignHead = 0.0
    /// Unconnected parts of at least one of a hundred.
    package var parts = 0
    /// Works that give at least one of a hundred, and the largest part of one, 0 to 1.
    package var works = 0
    package var topShare = 0.0
    /// Differing bits to the most similar work, of 256.
    package var copyDistance = 0
    /// The part of the figure, 0 to 1, whose lightness is that of the place where it is said to be
    /// from.
    package var traced = 0.0
    /// Half, and 95 of 100, of its patches are nearer than this to a patch of its works.
    package var markDistance = 0.0
    package var worstMarkDistance = 0.0

    enum CodingKeys: String, CodingKey {
        case eyes, mouths, hands, parts, works, traced
        case cutFeatures = "cut_features"
        case cutHands = "cut_hands"
        case foreignHead = "foreign_head"
        case topShare = "top_share"
        case copyDistance = "copy_distance"
        case markDistance = "mark_distance"
        case worstMarkDistance = "worst_mark_distance"
    }
}

/// Measures figures by where each of their pixels is from, which it checks against the pixels.
package struct FigureJudge: Sendable {
    /// A work at the size at which the model keeps it.
    package struct Work: Sendable {
        /// The work.
        package let picture: Picture
        /// What is marked on it.
        package let marks: FigureMarks

        /// A marked work.
        package init(picture: Picture, marks: FigureMarks) {
            self.picture = picture
            self.marks = marks
        }
    }

    /// Squares into which a feature is divided, a side; and the parts of them that make it whole
    /// and gone.
    private static let cells = 6
    private static let whole = 0.88
    private static let gone = 0.12

    private let works: [Int: Work]
    private let fingerprints: [Fingerprint]

    /// - Parameter works: By their index in the model.
    package init(works: [Int: Work]) {
        self.works = works
        fingerprints = works.values.map {
            Self.onWhite($0.picture).fingerprintReading().fingerprint
        }
    }

    /// Measures a figure.
    ///
    /// - Parameters:
    ///   - step: Pixels from one searched patch to the next; nil searches none.
    package func measure(
        _ picture: Picture, _ trace: FigureTrace, step: Int? = nil
    ) -> FigureMeasure {
        var measure = FigureMeasure()
        let places = Dictionary(grouping: trace.places.indices.filter { trace.places[$0] != nil }) {
            Int(trace.places[$0]?.work ?? 0)
        }
        let total = Double(max(1, places.values.reduce(0) { $0 + $1.count }))
        let shares = places.mapValues { Double($0.count) / total }
        measure.works = shares.values.count { $0 >= 0.01 }
        measure.topShare = shares.values.max() ?? 0
        // The head is from the work of which most of a head is there; the face may be another's.
        var heads: [(pixels: Int, hasFace: Bool)] = []
        for (number, pixels) in places {
            guard let work = works[number] else { continue }
            let found = pixels.compactMap { trace.places[$0] }
            count(work, found, in: &measure)
            let hasFace =
                has(work.marks.leftEye, work, found) > Self.whole
                || has(work.marks.mouth, work, found) > Self.whole
            heads.append((headPixels(work, found), hasFace))
        }
        heads.sort { $0.pixels > $1.pixels }
        let foreign = heads.dropFirst().reduce(0) { $0 + ($1.hasFace ? 0 : $1.pixels) }
        measure.foreignHead = Double(foreign) / total
        measure.parts = Self.parts(trace)
        measure.traced = traced(picture, trace)
        let reading = Self.onWhite(picture).fingerprintReading()
        measure.copyDistance = fingerprints.map { reading.distance(to: $0) }.min() ?? 256
        if let step { search(picture, trace, Set(places.keys), step: step, in: &measure) }
        return measure
    }

    private func count(
        _ work: Work, _ found: [FigureTrace.Place], in measure: inout FigureMeasure
    ) {
        let marks = work.marks
        for (points, isHand) in [
            ([marks.leftEye, marks.rightEye, marks.mouth], false),
            (marks.forearms.compactMap(\.last), true),
        ] {
            for point in points {
                let part = has(point, work, found, isHand: isHand)
                if part >= Self.whole {
                    if isHand {
                        measure.hands += 1
                    } else if point == marks.mouth {
                        measure.mouths += 1
                    } else {
                        measure.eyes += 1
                    }
                } else if part > Self.gone {
                    if isHand { measure.cutHands += 1 } else { measure.cutFeatures += 1 }
                }
            }
        }
    }

    /// The part of the surroundings of a point that the figure has.
    private func has(
        _ point: MarkPoint, _ work: Work, _ found: [FigureTrace.Place], isHand: Bool = false
    ) -> Double {
        let size = SIMD2(Double(work.picture.width), Double(work.picture.height)) / 10_000
        let eyes =
            SIMD2(
                Double(work.marks.rightEye.x - work.marks.leftEye.x),
                Double(work.marks.rightEye.y - work.marks.leftEye.y)) * size
        let radius = (eyes * eyes).sum().squareRoot() * (isHand ? 0.4 : 0.2)
        var hits = Set<Int>()
        for place in found {
            let gap = SIMD2(Double(Int(place.x) - point.x), Double(Int(place.y) - point.y)) * size
            let cell = (gap / radius + 1) * Double(Self.cells) / 2
            guard cell.x >= 0, cell.y >= 0, cell.x < Double(Self.cells),
                cell.y < Double(Self.cells)
            else { continue }
            hits.insert(Int(cell.y) * Self.cells + Int(cell.x))
        }
        return Double(hits.count) / Double(Self.cells * Self.cells)
    }

    /// The pixels well within the outline of a head.
    private func headPixels(_ work: Work, _ found: [FigureTrace.Place]) -> Int {
        let outline = work.marks.headOutline.map { SIMD2(Double($0.x), Double($0.y)) }
        let middle = outline.reduce(SIMD2(), +) / Double(outline.count)
        let inner = outline.map { middle + ($0 - middle) * 0.9 }
        return found.count { place in
            let point = SIMD2(Double(place.x), Double(place.y))
            var isInside = false
            for (start, end) in zip(inner, inner.dropFirst() + inner.prefix(1))
            where (start.y > point.y) != (end.y > point.y) {
                let across = (point.y - start.y) / (end.y - start.y) * (end.x - start.x)
                if point.x < start.x + across { isInside.toggle() }
            }
            return isInside
        }
    }

    private static func parts(_ trace: FigureTrace) -> Int {
        var isSeen = trace.places.map { $0 == nil }
        let total = isSeen.count { !$0 }
        var parts = 0
        for start in isSeen.indices where !isSeen[start] {
            var waiting = [start]
            isSeen[start] = true
            var count = 0
            while let index = waiting.popLast() {
                count += 1
                let x = index % trace.width
                for (next, isThere) in [
                    (index - 1, x > 0), (index + 1, x < trace.width - 1),
                    (index - trace.width, index >= trace.width),
                    (index + trace.width, index + trace.width < isSeen.count),
                ] where isThere && !isSeen[next] {
                    isSeen[next] = true
                    waiting.append(next)
                }
            }
            if count * 100 >= total { parts += 1 }
        }
        return parts
    }

    /// Recolouring moves lightness by 22 at most.
    private func traced(_ picture: Picture, _ trace: FigureTrace) -> Double {
        var right = 0
        var total = 0
        for y in stride(from: 1, to: trace.height, by: 3) {
            for x in stride(from: 1, to: trace.width, by: 3) {
                guard let place = trace.places[y * trace.width + x],
                    let work = works[Int(place.work)]?.picture
                else { continue }
                total += 1
                let own = Self.lightness(
                    picture, x * picture.width / trace.width, y * picture.height / trace.height)
                let column = min(work.width - 1, Int(place.x) * work.width / 10_000)
                let row = min(work.height - 1, Int(place.y) * work.height / 10_000)
                // The nearest of nine pixels: the figure was scaled.
                var gap = 255
                for nearY in max(0, row - 1)...min(work.height - 1, row + 1) {
                    for nearX in max(0, column - 1)...min(work.width - 1, column + 1) {
                        gap = min(gap, abs(own - Self.lightness(work, nearX, nearY)))
                    }
                }
                if gap <= 50 { right += 1 }
            }
        }
        return Double(right) / Double(max(1, total))
    }

    private static func lightness(_ picture: Picture, _ x: Int, _ y: Int) -> Int {
        let base = (y * picture.width + x) * 4
        return
            (Int(picture.pixels[base]) * 54 + Int(picture.pixels[base + 1]) * 183
            + Int(picture.pixels[base + 2]) * 19) / 256
    }

    /// The works are scaled as they are in the figure.
    private func search(
        _ picture: Picture, _ trace: FigureTrace, _ used: Set<Int>, step: Int,
        in measure: inout FigureMeasure
    ) {
        let donors = used.sorted().compactMap { number -> LabPicture? in
            guard let work = works[number]?.picture else { return nil }
            let scale = Self.scale(of: number, work, trace)
            return LabPicture(
                work.scaled(
                    width: max(8, Int((Double(work.width) * scale).rounded())),
                    height: max(8, Int((Double(work.height) * scale).rounded()))))
        }
        let tracing = Tracing(
            LabPicture(picture), in: PatchLibrary(donors), works: donors.count, step: step)
        measure.markDistance = tracing.distance(at: 0.5)
        measure.worstMarkDistance = tracing.distance(at: 0.95)
    }

    /// Pixels of the figure for one of a work, in the middle.
    private static func scale(of number: Int, _ work: Picture, _ trace: FigureTrace) -> Double {
        var steps: [Int] = []
        let reach = 8
        for index in stride(from: 0, to: trace.places.count - reach, by: 7)
        where index % trace.width < trace.width - reach {
            guard let here = trace.places[index], let there = trace.places[index + reach],
                Int(here.work) == number, here.work == there.work
            else { continue }
            steps.append(abs(Int(there.x) - Int(here.x)))
        }
        guard !steps.isEmpty else { return 1 }
        let middle = Double(steps.sorted()[steps.count / 2]) * Double(work.width) / 10_000
        return min(4, max(0.25, Double(reach) / max(middle, 0.1)))
    }

    /// Fingerprints are of pictures as they are seen on paper.
    private static func onWhite(_ picture: Picture) -> Picture {
        var pixels = picture.pixels
        for base in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Int(pixels[base + 3])
            for lane in 0..<3 {
                pixels[base + lane] = UInt8(
                    (Int(pixels[base + lane]) * alpha + 255 * (255 - alpha)) / 255)
            }
            pixels[base + 3] = 255
        }
        do {
            return try Picture(width: picture.width, height: picture.height, pixels: pixels)
        } catch {
            return picture
        }
    }
}
