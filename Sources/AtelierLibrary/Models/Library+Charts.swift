public import Foundation
import SignedObjects
import StyleKit
import SyncKit

extension Library {
    /// Draws what a model knows as one sheet: palette, lines, texture, typical pieces.
    ///
    /// - Parameter replacing: Whether a file that is there gives way.
    /// - Throws: ``LibraryError``, such as ``LibraryError/elsewhere(kind:device:)``.
    public func drawChart(of name: String, to file: URL, replacing: Bool = false) throws {
        let output = try OutputFile(file, .picture, replacing: replacing, of: folder)
        let model = try model(name)
        let chart = try style(of: model).chart(title: model.name)
        try output.write(png: try chart.encodedPNG())
    }

    /// How like a picture is to a model's style.
    ///
    /// - Parameter file: A PNG, JPEG or WebP file; it is looked at and not kept.
    /// - Throws: ``LibraryError``; `StyleError` where the picture is too small.
    public func compare(_ name: String, with file: URL) throws -> ModelComparison {
        let model = try model(name)
        let bytes = try LibraryFile.read(file, limit: Limits.pictureBytes)
        let (picture, _) = try decode(bytes, from: file)
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
