import Foundation
public import Provenance
import SignedObjects
public import StyleKit
import SyncKit
import SystemSupport

/// One picture that models may learn from. Its JSON form is what `works show --json` prints.
public struct Work: Codable, Equatable, Sendable {
    /// The work's id.
    public let id: WorkID
    /// The title.
    public let title: String
    /// The artist's note.
    public let note: String
    /// The tags in alphabetical order.
    public var tags: [String] = []
    /// SHA-256 of the file, hexadecimal.
    public let sha256: String
    /// SHA-256 of the decoded pixels, hexadecimal.
    public let pixelHash: String
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
    public let height: Int
    /// The raw value of its ``PictureFormat``, such as `png` or `kra`.
    public let format: String
    /// The file's size in bytes.
    public let bytes: Int
    /// `mine`, `licensed` or `commissioned`.
    public let basis: String
    /// The licence's or agreement's text; empty where it is `mine`.
    public let licence: String
    /// The compact ``RightsStatement``.
    public let statement: String
    /// The training marks that were found in its file when it was added, by its statement; left out
    /// in lists of works.
    public internal(set) var marks: [TrainingMark]?
    /// What the artist said of them then; left out in lists of works.
    public internal(set) var markAnswer: MarkAnswer?
    /// The areas that the artist marked.
    public let areas: WorkAreas
    /// What the artist marked for figures; left out where nothing is.
    public let landmarks: FigureMarks?
    /// A blurred copy, for devices without the file; left out where the row holds none.
    public let preview: PicturePreview?
    /// The device that added it.
    public let device: String
    /// The name of that device.
    public let deviceName: String
    /// When it was made, by that device's corrected clock.
    public let createdAt: Moment
    /// The file's path; left out where the file is not on this device.
    public var file: String?
    /// The cases in which models with the work get no receipts, by number; left out where there is
    /// none. Told by ``WithheldReceipts``.
    public internal(set) var withheldIn: [Int]?

    /// Whether the file is on this device.
    public var isHere: Bool { file != nil }

    init(_ fields: StoredRow, folder: LibraryFolder) {
        id = fields.id("id") ?? .none
        title = fields.text("title")
        note = fields.text("note")
        sha256 = fields.text("sha256")
        pixelHash = fields.text("pixel_hash")
        width = fields.number("width", in: Limits.sides)
        height = fields.number("height", in: Limits.sides)
        format = fields.text("format")
        bytes = fields.number("bytes", in: Limits.fileBytes)
        basis = fields.text("basis")
        licence = fields.text("licence")
        statement = fields.text("statement")
        let areas = fields.rawText("areas")
        // Most works have none: lists of thousands decode few.
        self.areas =
            areas == "{}"
            ? WorkAreas()
            : (try? CanonicalJSON.decode(WorkAreas.self, from: Data(areas.utf8))) ?? WorkAreas()
        landmarks = FigureMarks(stored: fields.rawText("landmarks"))
        preview = fields.preview
        device = fields.text("device")
        deviceName = fields.text("device_name")
        createdAt = fields.moment("created_at")
        file = location(in: folder)?.shownPath
    }

    /// Reads what the statement says of training marks.
    mutating func readMarks() {
        let statement = try? JWS<RightsStatement>.unverifiedPayload(of: statement)
        marks = statement?.marks ?? []
        markAnswer = statement?.answer ?? MarkAnswer.none
    }

    /// The file, where it is on this device.
    func location(in folder: LibraryFolder) -> URL? {
        // Any program may write the row: only known formats and real digests become a path.
        guard let digest = Digest(hex: sha256), let kind = PictureFormat(rawValue: format) else {
            return nil
        }
        let file = folder.work(digest, format: kind.rawValue)
        return LibraryFile.exists(file) ? file : nil
    }
}

/// The areas that the artist marked on a work; they hold for every model that learned from it.
public struct WorkAreas: Codable, Equatable, Sendable {
    /// Areas from which no model takes anything.
    public var avoided: [WorkArea] = []
    /// Areas that appear whole or not at all, such as a face.
    public var keptWhole: [WorkArea] = []

    /// No areas.
    public init() {}

    /// How many there are.
    public var count: Int { avoided.count + keptWhole.count }

    /// The part of the picture that some areas cover together, 0 to 100 per cent.
    public static func coverage(_ areas: [WorkArea]) -> Int {
        let places = stride(from: 50, to: 10_000, by: 100)
        var covered = 0
        for y in places {
            let row = areas.filter { ($0.top..<$0.bottom).contains(y) }
            covered += places.count { x in row.contains { ($0.left..<$0.right).contains(x) } }
        }
        return covered / 100
    }
}

/// A rectangle on a work in text form: `LEFT,TOP,RIGHT,BOTTOM` in per cent of the picture,
/// two decimals at most.
public struct MarkedArea: LosslessStringConvertible, Sendable {
    /// The rectangle.
    public let area: WorkArea

    /// Wraps a rectangle.
    public init(_ area: WorkArea) {
        self.area = area
    }

    /// Reads the text form, else nil.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let edges = parts.compactMap { Double($0) }
            .filter { (0...100).contains($0) }
            .map { Int(rounding: $0 * 100) }
        guard parts.count == 4, edges.count == 4,
            let area = WorkArea(
                left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
        else { return nil }
        self.area = area
    }

    /// The text form.
    public var description: String {
        [area.left, area.top, area.right, area.bottom]
            .map { $0 % 100 == 0 ? "\($0 / 100)" : "\(Double($0) / 100)" }
            .joined(separator: ",")
    }
}

/// Why a work or its marked areas cannot be used; nothing was changed.
public enum WorkError: ServiceError {
    /// The work is too small to learn from; sides in pixels.
    case tooSmall(title: String, width: Int, height: Int)
    /// The picture marks no area of the work.
    case notAMask(path: String, reason: String, nextStep: NextStep?)
    /// The text holds no landmarks for the work.
    case notLandmarks(path: String, reason: String, nextStep: NextStep?)
    /// The work has no landmarks.
    case noLandmarks(title: String)

    init(tooSmall work: Work) {
        self = .tooSmall(title: work.title, width: work.width, height: work.height)
    }

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .tooSmall: nil
        case .noLandmarks: .setLandmarks
        case .notAMask(_, _, let step), .notLandmarks(_, _, let step): step
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .tooSmall(let title, let width, let height):
            "The work \"\(title)\" is \(width) × \(height) pixels. A model learns from works of at "
                + "least \(StyleKit.Limits.workSide) pixels on each side. Choose other works, or "
                + "remove this one and add a larger version."
        case .notAMask(let path, let reason, _):
            "\(path) cannot be used as a mask for this work. \(reason) Nothing was changed."
        case .notLandmarks(let path, let reason, _):
            "\(path) holds no landmarks for this work. \(reason) Nothing was changed."
        case .noLandmarks(let title): "The work \"\(title)\" has no landmarks."
        }
    }
}
