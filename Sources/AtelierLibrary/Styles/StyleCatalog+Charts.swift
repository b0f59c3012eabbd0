public import Foundation
import SignedObjects
public import StyleKit
import SystemSupport

/// How like a picture is to a style. Its JSON form is what `models compare --json` prints.
public struct ModelComparison: Codable, Equatable, Sendable {
    /// The model's name.
    public let model: String
    /// The picture's path.
    public let file: String
    /// The measures, 0 to 100 each.
    public let likeness: StyleLikeness

    /// The measures as labelled lines, the overall one first.
    public var summary: [(label: String, text: String)] {
        [
            ("likeness", "\(likeness.overall) of 100"), ("colours", Self.text(likeness.colors)),
            ("light", Self.text(likeness.light)), ("lines", Self.text(likeness.lines)),
            ("directions", Self.text(likeness.directions)),
            ("texture", Self.text(likeness.texture)), ("marks", Self.text(likeness.marks)),
        ]
    }

    private static func text(_ value: Double) -> String { "\(Int(rounding: value))" }
}

extension StyleCatalog {
    /// Draws a model as one sheet: palette, lines, texture, typical pieces.
    ///
    /// - Parameter replacing: Whether an existing file is replaced.
    /// - Throws: ``LibraryError``, such as ``LibraryError/elsewhere(kind:device:)``.
    public func drawChart(of id: ModelID, to file: URL, replacing: Bool = false) throws {
        let output = try OutputFile(file, .picture, replacing: replacing, of: context.folder)
        let model = try model(id)
        let chart = try style(of: model).chart(title: model.name)
        try output.write(png: try chart.encodedPNG())
    }

    /// How like a picture is to a model's style.
    ///
    /// - Parameter file: A file of any ``PictureFormat``; it is not kept.
    /// - Throws: ``LibraryError``; `StyleError` where the picture is too small.
    public func compare(_ id: ModelID, with file: URL) throws -> ModelComparison {
        let model = try model(id)
        let picture = try PictureFile(reading: file).picture
        return ModelComparison(
            model: model.name, file: file.shownPath,
            likeness: try style(of: model).likeness(of: picture))
    }

    private func style(of model: Model) throws -> StyleModel {
        guard model.isHere, let digest = Digest(hex: model.digest) else {
            throw LibraryError.elsewhere(kind: "model", device: model.deviceName)
        }
        return try style(digest)
    }
}
