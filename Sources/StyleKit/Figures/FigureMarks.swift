/// What the artist marked on a work that shows one character, so that figures can be made of its
/// parts.
///
/// Left and right are those in the picture, not the character's own.
public struct FigureMarks: Sendable, Equatable {
    /// The middle of the eye on the left.
    public let leftEye: MarkPoint
    /// The middle of the eye on the right.
    public let rightEye: MarkPoint
    /// The middle of the mouth.
    public let mouth: MarkPoint
    /// The lowest point of the chin, also where a beard hides it.
    public let chin: MarkPoint
    /// The top of the head with its hair or hat.
    public let headTop: MarkPoint
    /// The pit of the neck, between the collar bones.
    public let neckPit: MarkPoint
    /// The outer end of the shoulder on the left.
    public let leftShoulder: MarkPoint
    /// The outer end of the shoulder on the right.
    public let rightShoulder: MarkPoint
    /// The end of the waist on the left.
    public let leftWaist: MarkPoint
    /// The end of the waist on the right.
    public let rightWaist: MarkPoint
    /// Which way the head looks, within ``Limits/figureYaw``: 0 to the viewer, 100 all to the right
    /// of the picture, -100 all to its left.
    public let yaw: Int
    /// The outline of the head with its hair or hat: the corners of a polygon, in either direction,
    /// of a number within ``Limits/outlinePoints``.
    public let headOutline: [MarkPoint]
    /// Strokes along the forearms from the elbow to the fingers, at most ``Limits/markStrokes``,
    /// each of a number of points within ``Limits/strokePoints``.
    public let forearms: [[MarkPoint]]
    /// Strokes along things that are held or carried, such as a staff or a bow's string; numbers as
    /// for ``forearms``.
    public let heldThings: [[MarkPoint]]

    /// Checks the marks.
    ///
    /// - Throws: ``FigureMarksError`` for the first rule that they break.
    public init(
        leftEye: MarkPoint, rightEye: MarkPoint, mouth: MarkPoint, chin: MarkPoint,
        headTop: MarkPoint, neckPit: MarkPoint, leftShoulder: MarkPoint, rightShoulder: MarkPoint,
        leftWaist: MarkPoint, rightWaist: MarkPoint, yaw: Int, headOutline: [MarkPoint],
        forearms: [[MarkPoint]] = [], heldThings: [[MarkPoint]] = []
    ) throws(FigureMarksError) {
        self.init(
            unchecked: [
                leftEye, rightEye, mouth, chin, headTop, neckPit, leftShoulder, rightShoulder,
                leftWaist, rightWaist,
            ], yaw: yaw, headOutline: headOutline, forearms: forearms, heldThings: heldThings)
        try check()
    }

    /// - Parameter ten: In the order of ``points``.
    init(
        unchecked ten: [MarkPoint], yaw: Int, headOutline: [MarkPoint], forearms: [[MarkPoint]],
        heldThings: [[MarkPoint]]
    ) {
        leftEye = ten[0]
        rightEye = ten[1]
        mouth = ten[2]
        chin = ten[3]
        headTop = ten[4]
        neckPit = ten[5]
        leftShoulder = ten[6]
        rightShoulder = ten[7]
        leftWaist = ten[8]
        rightWaist = ten[9]
        self.yaw = yaw
        self.headOutline = headOutline
        self.forearms = forearms
        self.heldThings = heldThings
    }

    /// The ten points in the order of ``bytes``.
    public var points: [MarkPoint] {
        [
            leftEye, rightEye, mouth, chin, headTop, neckPit, leftShoulder, rightShoulder,
            leftWaist, rightWaist,
        ]
    }

    /// - Throws: ``FigureMarksError`` for the first rule that the marks break.
    func check() throws(FigureMarksError) {
        guard Limits.figureYaw.contains(yaw) else { throw .yawOutOfRange(value: yaw) }
        try check(headOutline, count: Limits.outlinePoints, .headOutline)
        for (strokes, part) in [(forearms, FigurePart.forearms), (heldThings, .heldThings)] {
            guard strokes.count <= Limits.markStrokes else {
                throw .tooManyStrokes(part, count: strokes.count, limit: Limits.markStrokes)
            }
            for stroke in strokes { try check(stroke, count: Limits.strokePoints, part) }
        }
        guard points.allSatisfy(\.isInside) else { throw .outside(.points) }
        guard leftEye != rightEye, leftEye.x <= rightEye.x else { throw .swapped(.eyes) }
        let least = Limits.leastMarkDistance
        guard rightShoulder.x - leftShoulder.x >= least else { throw .swapped(.shoulders) }
        guard rightWaist.x - leftWaist.x >= least else { throw .swapped(.waist) }
        let eyes = MarkPoint.middle(leftEye, rightEye)
        guard eyes.distance(to: chin) >= least else { throw .tooClose(.eyesAndChin) }
        let waist = MarkPoint.middle(leftWaist, rightWaist)
        guard neckPit.distance(to: waist) >= least else { throw .tooClose(.neckAndWaist) }
        guard eyes.isInside(polygon: headOutline) else { throw .outlineElsewhere }
    }

    private func check(
        _ points: [MarkPoint], count: ClosedRange<Int>, _ part: FigurePart
    ) throws(FigureMarksError) {
        guard count.contains(points.count) else {
            throw .wrongPointCount(part, count: points.count, allowed: count)
        }
        guard points.allSatisfy(\.isInside) else { throw .outside(part) }
    }
}

extension FigureMarks: Codable {
    private enum CodingKeys: String, CodingKey {
        case leftEye, rightEye, mouth, chin, headTop, neckPit, leftShoulder, rightShoulder
        case leftWaist, rightWaist, yaw, headOutline, forearms, heldThings
    }

    /// Decodes marks and checks them; forearms and held things may be missing.
    ///
    /// - Throws: `DecodingError` for a missing or wrong value; ``FigureMarksError``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func point(_ key: CodingKeys) throws -> MarkPoint {
            try container.decode(MarkPoint.self, forKey: key)
        }
        try self.init(
            leftEye: point(.leftEye), rightEye: point(.rightEye), mouth: point(.mouth),
            chin: point(.chin), headTop: point(.headTop), neckPit: point(.neckPit),
            leftShoulder: point(.leftShoulder), rightShoulder: point(.rightShoulder),
            leftWaist: point(.leftWaist), rightWaist: point(.rightWaist),
            yaw: container.decode(Int.self, forKey: .yaw),
            headOutline: container.decode([MarkPoint].self, forKey: .headOutline),
            forearms: container.decodeIfPresent([[MarkPoint]].self, forKey: .forearms) ?? [],
            heldThings: container.decodeIfPresent([[MarkPoint]].self, forKey: .heldThings) ?? [])
    }
}

extension FigureMarks {
    /// The canonical encoding, for the model file and for hashing; little-endian: ``points``, yaw
    /// + 100 (1 byte), the number of points of the outline (2) and these, then of the forearms and
    /// of the held things the number of strokes (1), and of each stroke the number of points (1)
    /// and these. A point is x and y (2 bytes each).
    public var bytes: [UInt8] {
        var writer = LittleEndianWriter()
        func append(_ points: [MarkPoint]) {
            for point in points {
                writer.append(point.x, bytes: 2)
                writer.append(point.y, bytes: 2)
            }
        }
        append(points)
        writer.append(yaw - Limits.figureYaw.lowerBound, bytes: 1)
        writer.append(headOutline.count, bytes: 2)
        append(headOutline)
        for strokes in [forearms, heldThings] {
            writer.append(strokes.count, bytes: 1)
            for stroke in strokes {
                writer.append(stroke.count, bytes: 1)
                append(stroke)
            }
        }
        return writer.bytes
    }

    /// Reads ``bytes``.
    init(_ reader: inout LittleEndianReader) throws(StyleError) {
        func points(_ count: Int) throws(StyleError) -> [MarkPoint] {
            var points: [MarkPoint] = []
            for _ in 0..<count {
                points.append(
                    MarkPoint(x: try reader.number(bytes: 2), y: try reader.number(bytes: 2)))
            }
            return points
        }
        func strokes() throws(StyleError) -> [[MarkPoint]] {
            var strokes: [[MarkPoint]] = []
            let number = try reader.number(
                bytes: 1, in: 0...Limits.markStrokes, "a number of strokes")
            for _ in 0..<number {
                let count = try reader.number(
                    bytes: 1, in: Limits.strokePoints, "a stroke's number of points")
                strokes.append(try points(count))
            }
            return strokes
        }
        let ten = try points(10)
        let yaw = try reader.number(bytes: 1) + Limits.figureYaw.lowerBound
        let outline = try points(
            reader.number(bytes: 2, in: Limits.outlinePoints, "an outline's number of points"))
        let forearms = try strokes()
        let heldThings = try strokes()
        do {
            try self.init(
                leftEye: ten[0], rightEye: ten[1], mouth: ten[2], chin: ten[3], headTop: ten[4],
                neckPit: ten[5], leftShoulder: ten[6], rightShoulder: ten[7], leftWaist: ten[8],
                rightWaist: ten[9], yaw: yaw, headOutline: outline, forearms: forearms,
                heldThings: heldThings)
        } catch {
            throw .damagedModel(reason: "a work's landmarks are wrong: \(error.description)")
        }
    }
}

/// A point on a work, in ten-thousandths of its width and height. Its JSON form is `[x, y]`.
public struct MarkPoint: Sendable, Hashable {
    /// From the left edge, 0 to 10,000.
    public let x: Int
    /// From the top edge, 0 to 10,000.
    public let y: Int

    /// A point; ``FigureMarks`` checks its range.
    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }

    var isInside: Bool { (0...10_000).contains(x) && (0...10_000).contains(y) }

    static func middle(_ left: MarkPoint, _ right: MarkPoint) -> MarkPoint {
        MarkPoint(x: (left.x + right.x) / 2, y: (left.y + right.y) / 2)
    }

    /// The larger of the distances across and down.
    func distance(to other: MarkPoint) -> Int { max(abs(x - other.x), abs(y - other.y)) }

    /// Whether the point lies within a polygon, by the even-odd rule.
    func isInside(polygon corners: [MarkPoint]) -> Bool {
        var isInside = false
        var last = corners.last ?? self
        for corner in corners {
            if (corner.y > y) != (last.y > y) {
                // The side's x at this point's height, both sides times the side's height.
                let height = last.y - corner.y
                let across = (last.x - corner.x) * (y - corner.y) + (corner.x - x) * height
                if (across > 0) == (height > 0) && across != 0 { isInside.toggle() }
            }
            last = corner
        }
        return isInside
    }
}

extension MarkPoint: Codable {
    /// Decodes `[x, y]`.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(x: try container.decode(Int.self), y: try container.decode(Int.self))
        guard container.isAtEnd else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "A point has two numbers.")
        }
    }

    /// Encodes `[x, y]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(x)
        try container.encode(y)
    }
}

/// A part of the marks of a figure, as it is named to the artist.
public enum FigurePart: String, Sendable {
    /// The ten single points.
    case points = "ten points"
    /// ``FigureMarks/headOutline``.
    case headOutline = "head's outline"
    /// ``FigureMarks/forearms``.
    case forearms
    /// ``FigureMarks/heldThings``.
    case heldThings = "held things"
    /// Both eyes.
    case eyes
    /// Both shoulders.
    case shoulders
    /// Both ends of the waist.
    case waist = "ends of the waist"
    /// The middle of the eyes, and the chin.
    case eyesAndChin = "eyes and the chin"
    /// The pit of the neck, and the middle of the waist.
    case neckAndWaist = "pit of the neck and the waist"
}

/// Why marks do not describe a figure.
public enum FigureMarksError: Error, Equatable, CustomStringConvertible {
    /// A point lies outside the work.
    case outside(FigurePart)
    /// A line has too few or too many points.
    case wrongPointCount(FigurePart, count: Int, allowed: ClosedRange<Int>)
    /// There are more strokes than ``Limits/markStrokes``.
    case tooManyStrokes(FigurePart, count: Int, limit: Int)
    /// The direction of the head is outside ``Limits/figureYaw``.
    case yawOutOfRange(value: Int)
    /// The left point of a pair is not left of the right one in the picture.
    case swapped(FigurePart)
    /// Two points from which the size is measured lie closer than ``Limits/leastMarkDistance``.
    case tooClose(FigurePart)
    /// The outline of the head does not go round the eyes.
    case outlineElsewhere

    /// What is wrong, the limit, and what to do.
    public var description: String {
        switch self {
        case .outside(let part):
            "A point of the \(part.rawValue) lies outside the work: give 0 to 10,000 across and "
                + "down, in ten-thousandths of the work's width and height."
        case .wrongPointCount(let part, let count, let allowed):
            "A line of the \(part.rawValue) has \(count) points; give \(allowed.lowerBound) to "
                + "\(allowed.upperBound)."
        case .tooManyStrokes(let part, let count, let limit):
            "There are \(count) strokes of the \(part.rawValue); give at most \(limit)."
        case .yawOutOfRange(let value):
            "The direction of the head is \(value); give \(Limits.figureYaw.lowerBound) (all to "
                + "the left of the picture) to \(Limits.figureYaw.upperBound) (to the right)."
        case .swapped(let part):
            "The \(part.rawValue) are swapped or in one place: left and right are those in the "
                + "picture, not the character's."
        case .tooClose(let part):
            "The \(part.rawValue) lie in one place: the figure's size is measured between them. "
                + "Mark each where it is."
        case .outlineElsewhere:
            "The head's outline does not go round the eyes. Mark the head with its hair or hat."
        }
    }
}
