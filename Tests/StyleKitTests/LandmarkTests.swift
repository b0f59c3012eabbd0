import Crypto
import StyleKit
import TestSupport
import Testing

@Suite("Landmarks of works") struct LandmarkTests {
    typealias Point = PaintedCharacter.Point

    static func mark(_ point: Point) -> MarkPoint {
        MarkPoint(
            x: Int(point.x * 10_000 / Double(PaintedCharacter.width)),
            y: Int(point.y * 10_000 / Double(PaintedCharacter.height)))
    }

    static func marks(of character: PaintedCharacter, yaw: Int = 0) throws -> FigureMarks {
        let points = character.points.map(mark)
        return try FigureMarks(
            leftEye: points[0], rightEye: points[1], mouth: points[2], chin: points[3],
            headTop: points[4], neckPit: points[5], leftShoulder: points[6],
            rightShoulder: points[7], leftWaist: points[8], rightWaist: points[9], yaw: yaw,
            headOutline: character.headOutline.map(mark),
            forearms: character.forearms.map { $0.map(mark) },
            heldThings: character.heldThings.map { $0.map(mark) })
    }

    private static func picture(_ character: PaintedCharacter) throws -> Picture {
        try Picture(
            width: PaintedCharacter.width, height: PaintedCharacter.height,
            pixels: character.pixels)
    }

    private static func works(_ count: Int) throws -> [StyleWork] {
        try (0..<count).map { number in
            let character = PaintedCharacter(number)
            return StyleWork(
                id: [UInt8](repeating: UInt8(number + 1), count: 16),
                picture: try picture(character), figure: try marks(of: character))
        }
    }

    // Goal: a model reads back with the landmarks of its works, and of no other.
    // Method: works with and without landmarks, written and read.
    @Test func modelsCarryLandmarks() throws {
        var works = try Self.works(3)
        works[1] = StyleWork(id: works[1].id, picture: works[1].picture)
        let read = try StyleModel(bytes: StyleModel(learning: works).bytes)
        for work in works {
            let entry = try #require(read.works.first { $0.id == work.id })
            #expect(entry.figure == work.figure)
        }
    }

    // Goal: landmarks come, change and go without a trace, and without learning a work again.
    // Method: seeded walks over which works there are and which landmarks they have, by both ways
    // of growing a model; after each step the bytes are those of learning from scratch.
    @Test(arguments: SeededGenerator.seeds(3))
    func changedLandmarksLeaveNoTrace(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let works = try Self.works(5)
        var model = try StyleModel(learning: [works[0]])
        for _ in 0..<6 {
            let held = (0..<5).filter { $0 == 0 || random.oneIn(2) }
            var figures: [[UInt8]: FigureMarks] = [:]
            for index in held where !random.oneIn(3) {
                figures[works[index].id] = try Self.marks(
                    of: PaintedCharacter(index), yaw: Int.random(in: -100...100, using: &random))
            }
            let fresh = try StyleModel(
                learning: held.map {
                    StyleWork(
                        id: works[$0].id, picture: works[$0].picture, figure: figures[works[$0].id])
                })
            let known = Set(model.works.map(\.id))
            let wanted = Set(held.map { works[$0].id })
            let new = held.filter { !known.contains(works[$0].id) }
            let gone = known.subtracting(wanted)
            let lessons = try new.map {
                try LearnedWork(id: works[$0].id, file: works[$0].picture.encodedPNG())
            }
            let combined = try StyleModel(
                combining: lessons, and: model, without: gone, figures: figures)
            #expect(combined.bytes == fresh.bytes)
            let grown = try StyleModel(
                from: model, without: gone,
                adding: new.map {
                    StyleWork(
                        id: works[$0].id, picture: works[$0].picture, figure: figures[works[$0].id])
                }, figures: figures)
            #expect(grown.bytes == fresh.bytes)
            model = grown
        }
    }

    // Goal: a model with any bytes for landmarks is read within the limits or refused in words.
    // Method: bytes of a model changed at random where the landmarks are, the checksum made right.
    @Test(arguments: SeededGenerator.seeds(4))
    func damagedLandmarksAreRefused(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let work = try Self.works(1)[0]
        let model = try StyleModel(learning: [work])
        let marks = try #require(work.figure).bytes
        let start = try #require(
            model.bytes.indices.first { model.bytes[$0...].starts(with: marks) })
        var refused = 0
        for _ in 0..<400 {
            var body = Array(model.bytes.dropLast(32))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                body[start + Int.random(in: 0..<marks.count, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            do {
                let read = try StyleModel(bytes: body + SHA256.hash(data: body))
                let figure = try #require(read.works[0].figure)
                #expect(figure.points.allSatisfy { (0...10_000).contains($0.x) })
                #expect(Limits.outlinePoints.contains(figure.headOutline.count))
            } catch StyleError.damagedModel {
                refused += 1
            }
        }
        #expect(refused > 40)
    }

    // Goal: every rule of the landmarks holds at its limit and refuses one past it.
    // Method: sound landmarks of which one value is changed.
    @Test func everyRuleIsKept() throws {
        let sound = try Self.marks(of: PaintedCharacter(1))
        func changed(
            yaw: Int = 0, outline: [MarkPoint]? = nil, arms: [[MarkPoint]] = [],
            _ change: (inout [MarkPoint]) -> Void = { _ in }
        ) throws {
            var points = sound.points
            change(&points)
            _ = try FigureMarks(
                leftEye: points[0], rightEye: points[1], mouth: points[2], chin: points[3],
                headTop: points[4], neckPit: points[5], leftShoulder: points[6],
                rightShoulder: points[7], leftWaist: points[8], rightWaist: points[9], yaw: yaw,
                headOutline: outline ?? sound.headOutline, forearms: arms)
        }
        try changed(yaw: 100)
        #expect(throws: FigureMarksError.yawOutOfRange(value: -101)) { try changed(yaw: -101) }
        try changed { $0[2] = MarkPoint(x: 10_000, y: 0) }
        #expect(throws: FigureMarksError.outside(.points)) {
            try changed { $0[2] = MarkPoint(x: 10_001, y: 0) }
        }
        #expect(throws: FigureMarksError.swapped(.eyes)) { try changed { $0.swapAt(0, 1) } }
        #expect(throws: FigureMarksError.swapped(.eyes)) { try changed { $0[1] = $0[0] } }
        #expect(throws: FigureMarksError.swapped(.shoulders)) { try changed { $0.swapAt(6, 7) } }
        #expect(throws: FigureMarksError.swapped(.waist)) {
            try changed { $0[9] = MarkPoint(x: $0[8].x + 99, y: $0[8].y) }
        }
        try changed { $0[9] = MarkPoint(x: $0[8].x + 100, y: $0[8].y) }
        #expect(throws: FigureMarksError.tooClose(.eyesAndChin)) {
            try changed {
                $0[3] = $0[0]
                $0[1] = MarkPoint(x: $0[0].x + 2, y: $0[0].y)
            }
        }
        #expect(throws: FigureMarksError.tooClose(.neckAndWaist)) {
            try changed { $0[5] = MarkPoint(x: ($0[8].x + $0[9].x) / 2, y: $0[8].y) }
        }
        let corner = MarkPoint(x: 1, y: 1)
        #expect(throws: FigureMarksError.outlineElsewhere) {
            try changed(outline: [corner, MarkPoint(x: 9, y: 1), MarkPoint(x: 1, y: 9)])
        }
        for count in [2, 257] {
            #expect(
                throws: FigureMarksError.wrongPointCount(
                    .headOutline, count: count, allowed: 3...256)
            ) {
                try changed(outline: [MarkPoint](repeating: corner, count: count))
            }
        }
        let long =
            sound.headOutline
            + [MarkPoint](
                repeating: sound.headOutline[0], count: 256 - sound.headOutline.count)
        try changed(outline: long)
        let stroke = [corner, corner]
        try changed(arms: [[MarkPoint]](repeating: stroke, count: 4))
        #expect(throws: FigureMarksError.tooManyStrokes(.forearms, count: 5, limit: 4)) {
            try changed(arms: [[MarkPoint]](repeating: stroke, count: 5))
        }
        for count in [1, 33] {
            #expect(
                throws: FigureMarksError.wrongPointCount(.forearms, count: count, allowed: 2...32)
            ) {
                try changed(arms: [[MarkPoint](repeating: corner, count: count)])
            }
        }
    }

    // Goal: the proposed outline is the head with its hair, whatever the character's colours.
    // Method: painted characters whose outline is known; the part of the pixels that both have, of
    // those that either has.
    @Test func theHeadIsFound() throws {
        var overlaps: [Double] = []
        for number in 0..<12 {
            let character = PaintedCharacter(number)
            let known = try Self.marks(of: character)
            let rough = try FigureMarks(
                points: known.points, yaw: 0, forearms: known.forearms,
                heldThings: known.heldThings, width: PaintedCharacter.width,
                height: PaintedCharacter.height)
            let found = rough.withProposedOutline(in: try Self.picture(character))
            #expect(found.points == known.points && found.forearms == known.forearms)
            overlaps.append(
                Self.overlap(known.headOutline, found.headOutline, on: character))
        }
        print("overlaps \(overlaps)")
        #expect(overlaps.reduce(0, +) / Double(overlaps.count) > 0.85)
        #expect(overlaps.allSatisfy { $0 > 0.75 })
    }

    // Goal: the picture of the landmarks shows them on a dark and on a bright work.
    // Method: flat works; around every point both a dark and a bright pixel is drawn.
    @Test(arguments: [UInt8(8), 250])
    func landmarksAreSeen(shade: UInt8) throws {
        let marks = try Self.marks(of: PaintedCharacter(1))
        let work = try PaintedWorks.flat(width: 240, height: 300, [shade, shade, shade, 255])
        let drawing = marks.drawn(over: work)
        #expect(max(drawing.width, drawing.height) == 900)
        for point in marks.points + marks.headOutline {
            let x = min(drawing.width - 1, point.x * drawing.width / 10_000)
            let y = min(drawing.height - 1, point.y * drawing.height / 10_000)
            var shades: Set<Bool> = []
            for row in max(0, y - 8)...min(drawing.height - 1, y + 8) {
                for column in max(0, x - 8)...min(drawing.width - 1, x + 8) {
                    let green = drawing.pixels[(row * drawing.width + column) * 4 + 1]
                    if green < 60 { shades.insert(false) }
                    if green > 100 { shades.insert(true) }
                }
            }
            #expect(shades.count == 2, "\(point)")
        }
    }

    /// The common part of two polygons where the character is opaque.
    static func overlap(
        _ one: [MarkPoint], _ other: [MarkPoint], on character: PaintedCharacter
    ) -> Double {
        var (both, either) = (0, 0)
        for y in 0..<PaintedCharacter.height {
            for x in 0..<PaintedCharacter.width
            where character.pixels[(y * PaintedCharacter.width + x) * 4 + 3] > 0 {
                let place = mark(Point(Double(x) + 0.5, Double(y) + 0.5))
                let (first, second) = (contains(one, place), contains(other, place))
                if first && second { both += 1 }
                if first || second { either += 1 }
            }
        }
        return Double(both) / Double(max(1, either))
    }

    static func contains(_ corners: [MarkPoint], _ place: MarkPoint) -> Bool {
        var isInside = false
        for (start, end) in zip(corners, corners.dropFirst() + corners.prefix(1))
        where (start.y > place.y) != (end.y > place.y) {
            let across = Double(place.y - start.y) / Double(end.y - start.y)
            if Double(place.x) < Double(start.x) + across * Double(end.x - start.x) {
                isInside.toggle()
            }
        }
        return isInside
    }
}
