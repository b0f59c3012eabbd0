import Foundation
import SignedObjects
import StyleKit
import SyncKit

/// One picture that models may learn from. Its JSON form is what `works show --json` prints.
public struct Work: Codable, Equatable, Sendable {
    /// Names it.
    public let id: WorkID
    /// What the artist calls it.
    public let title: String
    /// The artist's own words.
    public let note: String
    /// In alphabetical order.
    public var tags: [String] = []
    /// SHA-256 of the file, hexadecimal.
    public let sha256: String
    /// SHA-256 of the decoded pixels, hexadecimal.
    public let pixelHash: String
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// `png`, `jpeg` or `webp`.
    public let format: String
    /// The file's size.
    public let bytes: Int
    /// `mine` or `licensed`.
    public let basis: String
    /// The licence's text where it is `licensed`.
    public let licence: String
    /// The compact ``RightsStatement``.
    public let statement: String
    /// What was marked on it.
    public let areas: WorkAreas
    /// The device that added it.
    public let device: String
    /// What that device was called.
    public let deviceName: String
    /// When.
    public let createdAt: Moment
    /// The file's path on this device; left out where it lies on another.
    public var file: String?

    /// True where the file is on this device.
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
        areas =
            (try? CanonicalJSON.decoder.decode(
                WorkAreas.self, from: Data(fields.rawText("areas").utf8))) ?? WorkAreas()
        device = fields.text("device")
        deviceName = fields.text("device_name")
        createdAt = fields.moment("created_at")
        file = location(in: folder)?.shownPath
    }

    /// The file, where it is on this device.
    func location(in folder: LibraryFolder) -> URL? {
        // A row may come from anywhere: only known formats and real digests make a path.
        guard let digest = Digest(hex: sha256), let kind = PictureFormat(rawValue: format) else {
            return nil
        }
        let file = folder.work(digest, format: kind.rawValue)
        return LibraryFile.exists(file) ? file : nil
    }
}
