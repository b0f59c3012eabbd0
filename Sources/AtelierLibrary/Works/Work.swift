import Foundation
import SignedObjects
import StyleKit
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
    /// `png`, `jpeg` or `webp`.
    public let format: String
    /// The file's size in bytes.
    public let bytes: Int
    /// `mine` or `licensed`.
    public let basis: String
    /// The licence's text where it is `licensed`.
    public let licence: String
    /// The compact ``RightsStatement``.
    public let statement: String
    /// The areas that the artist marked.
    public let areas: WorkAreas
    /// The device that added it.
    public let device: String
    /// The name of that device.
    public let deviceName: String
    /// When it was made, by that device's corrected clock.
    public let createdAt: Moment
    /// The file's path; left out where the file is not on this device.
    public var file: String?

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
        // Any program may write the row: only known formats and real digests become a path.
        guard let digest = Digest(hex: sha256), let kind = PictureFormat(rawValue: format) else {
            return nil
        }
        let file = folder.work(digest, format: kind.rawValue)
        return LibraryFile.exists(file) ? file : nil
    }
}
