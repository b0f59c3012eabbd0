import Foundation
import SignedObjects
import StyleKit

/// The JSON text of a work's landmarks, as the artist or another program writes it.
/// Docs/commands.md describes it.
///
/// Points are `[x, y]`: in ten-thousandths of the work's width and height, or with `"unit":
/// "pixels"` in its pixels.
struct LandmarksFile: Decodable {
    /// What the numbers of points count.
    enum Unit: String, Decodable {
        case pixels
        case tenThousandths = "ten_thousandths"
    }

    /// The fields of the ten points, in the order of `FigureMarks.points`.
    private static let pointKeys: [Key] = [
        .leftEye, .rightEye, .mouth, .chin, .headTop, .neckPit, .leftShoulder, .rightShoulder,
        .leftWaist, .rightWaist,
    ]

    private enum Key: String, CodingKey, CaseIterable {
        case unit
        case leftEye = "left_eye"
        case rightEye = "right_eye"
        case mouth
        case chin
        case headTop = "head_top"
        case neckPit = "neck_pit"
        case leftShoulder = "left_shoulder"
        case rightShoulder = "right_shoulder"
        case leftWaist = "left_waist"
        case rightWaist = "right_waist"
        case yaw
        case headOutline = "head_outline"
        case forearms
        case heldThings = "held_things"
    }

    /// A field of any name, to find those that mean nothing.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let unit: Unit
    private let points: [[Double]]
    private let yaw: Double
    private let headOutline: [[Double]]?
    private let forearms: [[[Double]]]
    private let heldThings: [[[Double]]]

    init(from decoder: any Decoder) throws {
        let names = Set(Key.allCases.map(\.rawValue))
        let given = try decoder.container(keyedBy: AnyKey.self)
        if let stranger = given.allKeys.first(where: { !names.contains($0.stringValue) }) {
            throw LandmarksProblem.unknownField(stranger.stringValue)
        }
        let container = try decoder.container(keyedBy: Key.self)
        unit = try container.decodeIfPresent(Unit.self, forKey: .unit) ?? .tenThousandths
        points = try Self.pointKeys.map { try container.decode([Double].self, forKey: $0) }
        yaw = try container.decode(Double.self, forKey: .yaw)
        headOutline = try container.decodeIfPresent([[Double]].self, forKey: .headOutline)
        forearms = try container.decodeIfPresent([[[Double]]].self, forKey: .forearms) ?? []
        heldThings = try container.decodeIfPresent([[[Double]]].self, forKey: .heldThings) ?? []
    }

    /// Reads the text.
    ///
    /// - Throws: ``LandmarksProblem``.
    static func read(_ json: [UInt8]) throws(LandmarksProblem) -> LandmarksFile {
        do {
            return try JSONDecoder().decode(LandmarksFile.self, from: Data(json))
        } catch let problem as LandmarksProblem {
            throw problem
        } catch let error as DecodingError {
            throw LandmarksProblem(error)
        } catch {
            throw .notJSON
        }
    }

    /// The marks for a work of this size.
    ///
    /// - Parameter needsOutline: Whether a missing outline is refused; else it becomes an oval.
    /// - Throws: ``LandmarksProblem``.
    func marks(
        width: Int, height: Int, needsOutline: Bool
    ) throws(LandmarksProblem) -> FigureMarks {
        func mark(_ pair: [Double]) throws(LandmarksProblem) -> MarkPoint {
            guard pair.count == 2 else { throw .notAPoint(numbers: pair.count) }
            func part(_ value: Double, of side: Int) -> Int {
                Int(rounding: unit == .pixels ? value * 10_000 / Double(max(1, side)) : value)
            }
            return MarkPoint(x: part(pair[0], of: width), y: part(pair[1], of: height))
        }
        func line(_ pairs: [[Double]]) throws(LandmarksProblem) -> [MarkPoint] {
            var marks: [MarkPoint] = []
            for pair in pairs { marks.append(try mark(pair)) }
            return marks
        }
        func lines(_ strokes: [[[Double]]]) throws(LandmarksProblem) -> [[MarkPoint]] {
            var marks: [[MarkPoint]] = []
            for stroke in strokes { marks.append(try line(stroke)) }
            return marks
        }
        if needsOutline, headOutline == nil { throw .noOutline }
        let ten = try line(points)
        let outline = try headOutline.map(line)
        let forearms = try lines(forearms)
        let heldThings = try lines(heldThings)
        do throws(FigureMarksError) {
            guard let outline else {
                return try FigureMarks(
                    points: ten, yaw: Int(rounding: yaw), forearms: forearms,
                    heldThings: heldThings, width: width, height: height)
            }
            return try FigureMarks(
                leftEye: ten[0], rightEye: ten[1], mouth: ten[2], chin: ten[3], headTop: ten[4],
                neckPit: ten[5], leftShoulder: ten[6], rightShoulder: ten[7], leftWaist: ten[8],
                rightWaist: ten[9], yaw: Int(rounding: yaw), headOutline: outline,
                forearms: forearms, heldThings: heldThings)
        } catch {
            throw .wrongMarks(error)
        }
    }

    /// The text of marks: a line for each field, points in ten-thousandths.
    static func text(of marks: FigureMarks) -> String {
        func text(_ point: MarkPoint) -> String { "[\(point.x), \(point.y)]" }
        func list(_ parts: [String]) -> String { "[" + parts.joined(separator: ", ") + "]" }
        func lines(_ strokes: [[MarkPoint]]) -> String {
            list(strokes.map { list($0.map(text)) })
        }
        var fields = zip(pointKeys, marks.points).map { ($0, text($1)) }
        fields.append((.yaw, "\(marks.yaw)"))
        fields.append((.headOutline, list(marks.headOutline.map(text))))
        fields.append((.forearms, lines(marks.forearms)))
        fields.append((.heldThings, lines(marks.heldThings)))
        let rows = fields.map { "  \"\($0.rawValue)\": \($1)" }
        return "{\n" + rows.joined(separator: ",\n") + "\n}"
    }
}

/// Why a text holds no landmarks for a work.
enum LandmarksProblem: Error, Equatable {
    /// It is no JSON object, or holds a number that is none.
    case notJSON
    /// A field is missing.
    case missing(String)
    /// A field holds another kind of value than it must.
    case wrongValue(String)
    /// A field has a name that means nothing.
    case unknownField(String)
    /// A point has more or fewer than two numbers.
    case notAPoint(numbers: Int)
    /// The outline of the head is missing.
    case noOutline
    /// The marks break a rule.
    case wrongMarks(FigureMarksError)

    init(_ error: DecodingError) {
        func name(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: " ")
        }
        self =
            switch error {
            case .keyNotFound(let key, let context):
                .missing(name(context.codingPath + [key]))
            case .typeMismatch(_, let context), .valueNotFound(_, let context):
                context.codingPath.isEmpty ? .notJSON : .wrongValue(name(context.codingPath))
            case .dataCorrupted(let context):
                context.codingPath.isEmpty ? .notJSON : .wrongValue(name(context.codingPath))
            @unknown default: .notJSON
            }
    }

    /// What may help.
    var nextStep: NextStep? {
        switch self {
        case .noOutline: .proposeOutline
        default: nil
        }
    }

    /// What is wrong, and what to do.
    var reason: String {
        switch self {
        case .notJSON:
            "It is no JSON object with the fields that the manual of the commands lists."
        case .missing(let field): "The field \"\(field.prefix(80))\" is missing."
        case .wrongValue(let field):
            "The field \"\(field.prefix(80))\" holds another kind of value than it must: points "
                + "are [x, y], lines are lists of points."
        case .unknownField(let field):
            "No field is called \"\(field.prefix(80))\". Check its spelling, or leave it out."
        case .notAPoint(let numbers):
            "A point has \(numbers) numbers instead of two: write [x, y]."
        case .noOutline:
            "The field \"head_outline\" is missing. Draw it, or have it proposed first."
        case .wrongMarks(let error): error.description
        }
    }
}
