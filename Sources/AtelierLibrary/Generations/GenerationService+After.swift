public import Foundation
import SignedObjects
import StyleKit

/// What a picture is painted after: found before a credit is spent.
extension GenerationService {
    /// The kind of picture as its settings hold it, and the file that is kept with it: a sketch, or
    /// a picture that is painted after and is no work of the model.
    ///
    /// - Throws: ``LibraryError/badNumber(field:lowest:highest:)``,
    ///   ``LibraryError/elsewhere(kind:device:)`` where the work is neither in the model nor on
    ///   this device.
    func pictureBeside(
        _ order: GenerationOrder, style: StyleModel
    ) throws -> (kind: PictureKind, file: PictureFile?) {
        guard case .after(let source, let closeness) = order.kind else {
            return (order.kind.picture, try order.sketch.map { try PictureFile(reading: $0) })
        }
        let range = StyleKit.Limits.closeness
        guard range.contains(closeness) else {
            throw LibraryError.badNumber(
                field: "closeness", lowest: Int64(clamping: range.lowerBound),
                highest: Int64(clamping: range.upperBound))
        }
        var settings = AfterSettings(closeness: closeness)
        let file: PictureFile
        switch source {
        case .work(let id):
            if style.works.contains(where: { $0.id == id.bytes }) {
                settings.workID = id.bytes
                return (.after(settings), nil)
            }
            let work = try works.work(id)
            guard let path = work.location(in: context.folder), work.isHere else {
                throw LibraryError.elsewhere(kind: "work", device: work.deviceName)
            }
            file = try PictureFile(reading: path)
        case .picture(let path):
            file = try PictureFile(reading: path)
        }
        let hash = file.picture.pixelHash
        settings.workID = style.works.first { $0.pixelHash == hash }?.id
        return (.after(settings), settings.workID == nil ? file : nil)
    }

    /// Remarks on a picture that is to be painted after, such as that only its preview is read.
    ///
    /// - Throws: ``LibraryError`` for the file.
    public func notes(on file: URL) throws -> [String] {
        try PictureFile.notes(on: file).map(\.description)
    }

    /// The size of a picture of the same shape as what it is painted after, with a short side of
    /// 512 pixels at most as long as ``StyleKit/Limits/generatedSide`` allows.
    public func size(after source: GenerationOrder.AfterSource) throws -> (width: Int, height: Int)
    {
        let shape: (width: Int, height: Int)
        switch source {
        case .work(let id):
            let work = try works.work(id)
            shape = (work.width, work.height)
        case .picture(let path):
            shape = try PictureFile.size(of: path)
        }
        let range = StyleKit.Limits.generatedSide
        let short = max(1, min(shape.width, shape.height))
        func side(_ length: Int) -> Int {
            min(max(length * 512 / short, range.lowerBound), range.upperBound)
        }
        return (side(shape.width), side(shape.height))
    }
}
