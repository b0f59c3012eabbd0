import Foundation
import SignedObjects
public import StyleKit
import SyncKit

/// A style learned from works. Its JSON form is what `models show --json` prints.
public struct Model: Codable, Equatable, Sendable {
    /// Names it.
    public let id: ModelID
    /// What the artist calls it.
    public let name: String
    /// SHA-256 of the model's file, hexadecimal.
    public let digest: String
    /// Digest of the works that it learned from, hexadecimal.
    public let worksDigest: String
    /// The version of the method.
    public let engine: String
    /// The file's size.
    public let bytes: Int
    /// The works that it learned from.
    public var works: [WorkID] = []
    /// Palette, line and texture; left out where the row's text is none.
    public let analysis: StyleAnalysis?
    /// The device that it was learned on.
    public let device: String
    /// What that device was called.
    public let deviceName: String
    /// When.
    public let createdAt: Moment
    /// The file's path on this device; left out where it lies on another.
    public private(set) var file: String?

    /// True where the file is on this device.
    public var isHere: Bool { file != nil }

    init(_ fields: Fields, folder: LibraryFolder) {
        id = fields.id("id") ?? .none
        name = fields.text("name")
        digest = fields.text("digest")
        worksDigest = fields.text("works_digest")
        engine = fields.text("engine")
        bytes = fields.number("bytes", in: Limits.fileBytes)
        analysis = StyleAnalysis(stored: fields.rawText("analysis"))
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
