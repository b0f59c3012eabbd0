import Foundation
import SignedObjects
public import StyleKit
import SyncKit
import SystemSupport

/// A style learned from works. Its JSON form is what `models show --json` prints.
public struct Model: Codable, Equatable, Sendable {
    /// The model's id.
    public let id: ModelID
    /// The name that the artist gave it.
    public let name: String
    /// SHA-256 of the model's file, hexadecimal.
    public let digest: String
    /// Digest of the works that it learned from, hexadecimal.
    public let worksDigest: String
    /// The version of the method that trained it.
    public let engine: String
    /// The file's size in bytes.
    public let bytes: Int
    /// The works that it learned from.
    public var works: [WorkID] = []
    /// Palette, line and texture; left out where the stored text cannot be read.
    public let analysis: StyleAnalysis?
    /// Which landmarks it learned: figures can be made of these works.
    public let landmarks: LearnedLandmarks
    /// A blurred copy of some of its works side by side; left out where the row holds none.
    public let preview: PicturePreview?
    /// The device that it was learned on.
    public let device: String
    /// The name of that device.
    public let deviceName: String
    /// When it was made, by that device's corrected clock.
    public let createdAt: Moment
    /// The file's path; left out where the file is not on this device.
    public private(set) var file: String?

    /// Whether the file is on this device.
    public var isHere: Bool { file != nil }

    /// The cases in which it gets no receipts, by number; left out where there is none. Told by
    /// ``WithheldReceipts``.
    public internal(set) var withheldIn: [Int]?

    init(_ fields: StoredRow, folder: LibraryFolder) {
        id = fields.id("id") ?? .none
        name = fields.text("name")
        digest = fields.text("digest")
        worksDigest = fields.text("works_digest")
        engine = fields.text("engine")
        bytes = fields.number("bytes", in: Limits.fileBytes)
        analysis = StyleAnalysis(stored: fields.rawText("analysis"))
        landmarks = LearnedLandmarks(stored: fields.rawText("landmarks"))
        preview = fields.preview
        device = fields.text("device")
        deviceName = fields.text("device_name")
        createdAt = fields.moment("created_at")
        file = location(in: folder)?.shownPath
    }

    /// The file, where it is on this device.
    func location(in folder: LibraryFolder) -> URL? {
        Digest(hex: digest).map { folder.model($0) }.flatMap { LibraryFile.exists($0) ? $0 : nil }
    }
}

extension Model {
    /// Palette, line and texture as labelled lines; empty without an ``analysis``.
    public var summary: [(label: String, text: String)] {
        guard let analysis else { return [] }
        let colors = analysis.palette.prefix(6).map { color in
            "\(color.hex) \(Int(rounding: color.share * 100)) %"
        }
        let width = analysis.middleStrokeWidth.map { width in
            "half below \(Self.tenths(width)) ‰ of the short side"
        }
        let middle = analysis.middleLightness.map { "middle \(Self.tenths($0))" }
        return [
            ("palette", colors.joined(separator: "  ")),
            (
                "light",
                Self.bars(analysis.lightness) + "  dark to light, contrast "
                    + Self.tenths(analysis.contrast) + ", " + (middle ?? "nothing painted")
            ),
            ("line", Self.bars(analysis.strokeWidths) + "  widths, " + (width ?? "no dark line")),
            ("edges", Self.bars(analysis.edgeDirections) + "  directions, level first"),
            ("texture", Self.bars(analysis.textureByScale) + "  fine to coarse"),
        ]
    }

    private static func tenths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1_000_000 else { return "?" }
        let parts = Int(rounding: value * 10)
        return "\(parts / 10).\(abs(parts % 10))"
    }

    private static func bars(_ values: [Double]) -> String {
        let heights = Array("▁▂▃▄▅▆▇█")
        let highest = values.filter(\.isFinite).max() ?? 0
        return String(
            values.map { value in
                // Any program may write the row: values outside the bars are clamped.
                let part = highest > 0 && value.isFinite ? value / highest : 0
                return heights[Int(rounding: min(max(part, 0), 1) * Double(heights.count - 1))]
            })
    }
}

extension StyleAnalysis {
    /// Reads the stored text; nil where it cannot come of measuring, for any program may write it.
    init?(stored text: String) {
        guard
            let analysis = try? CanonicalJSON.decode(Self.self, from: Data(text.utf8)),
            analysis.isPossible
        else { return nil }
        self = analysis
    }

    /// Whether every number is in the range of its measure.
    private var isPossible: Bool {
        let lists = [lightness, strokeWidths, edgeDirections]
        return palette.count <= Limits.measuredParts
            && palette.allSatisfy { Self.parts.contains($0.share) && $0.hex.utf8.count == 7 }
            && lists.allSatisfy { $0.count <= Limits.measuredParts }
            && lists.joined().allSatisfy(Self.parts.contains)
            && textureByScale.count <= Limits.measuredParts
            && textureByScale.allSatisfy(Self.lightnesses.contains)
    }

    private static let parts = 0.0...1.0
    /// The range of differences of lightness (CIE L*, 0 to 100).
    private static let lightnesses = 0.0...100.0
}

/// Why no style model was trained or restored; nothing was changed.
public enum ModelError: ServiceError {
    /// Another model has this name.
    case nameTaken(String)
    /// No chosen work can be learned from.
    case noWorks

    var kind: Failure.Kind { .other }

    var nextStep: NextStep? {
        switch self {
        case .nameTaken: .removeModel
        case .noWorks: .addWorks
        }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .nameTaken(let name):
            "There is already a model \"\(name)\". Choose another name, or remove that model first."
        case .noWorks: "None of the chosen works is on this device. Add works first."
        }
    }
}
