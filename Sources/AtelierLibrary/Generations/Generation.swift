import Foundation
import SignedObjects
import StyleKit
import SyncKit

/// One generated picture. Its JSON form is what `generations show --json` prints.
public struct Generation: Codable, Equatable, Sendable {
    /// A work that the picture's marks come from.
    public struct Source: Codable, Equatable, Sendable {
        /// The work.
        public let work: WorkID
        /// The part of the picture that comes from it, 0 to 1.
        public let share: Double
    }

    /// Whether the server has countersigned.
    public enum Standing: String, Codable, Sendable {
        /// It has: there is a receipt.
        case countersigned
        /// Not yet: the next sync asks.
        case waiting
        /// Never: see ``Generation/refusal``.
        case refused
    }

    /// Names it.
    public let id: GenerationID
    /// The model's row; left out where the row names none.
    public let modelId: ModelID?
    /// What the model was called.
    public let modelName: String
    /// SHA-256 of the model's file, hexadecimal.
    public let modelDigest: String
    /// Digest of the works that the model learned from, hexadecimal.
    public let worksDigest: String
    /// The version of the method.
    public let engine: String
    /// The seed.
    public let seed: Int
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// SHA-256 of the sketch's file, hexadecimal; empty without a sketch.
    public let sketchSha256: String
    /// Digest of size, seed and sketch, hexadecimal.
    public let settingsDigest: String
    /// What the credit bought: digest of model, works, settings, seed and engine, hexadecimal.
    public let body: String
    /// SHA-256 of the watermarked file, hexadecimal.
    public let sha256: String
    /// SHA-256 of the pixels without the watermark, hexadecimal.
    public let pixelHash: String
    /// The works in the picture, the largest share first.
    public let sources: [Source]
    /// The largest piece that lies in one work just as it does here, as a part of the picture, 0
    /// to 1.
    public let largestPiece: Double
    /// Whether the picture is a tile.
    public let isPattern: Bool
    /// How far it was to go from any one work, 0 to 100.
    public let originality: Int
    /// How many drafts a sheet has; 0 for a picture that was drawn at once.
    public let drafts: Int
    /// The number on the sheet of a draft that was picked, else 0.
    public let draft: Int
    /// The sheet that the picture was picked from; left out where there is none.
    public let sheet: GenerationID?
    /// Digest of the spend, hexadecimal.
    public let spend: String
    /// Compact receipt; empty until the server countersigned.
    public let receipt: String
    /// Whether the server has countersigned.
    public let standing: Standing
    /// Why the server never will; empty otherwise.
    public let refusal: String
    /// 1 to 5, or 0.
    public let rating: Int
    /// True where a work that it comes from was removed since.
    public let isSourceWithdrawn: Bool
    /// The device that made it.
    public let device: String
    /// What that device was called.
    public let deviceName: String
    /// When.
    public let createdAt: Moment
    /// The watermarked file's path on this device; left out where it lies on another.
    public private(set) var file: String?

    init(_ fields: StoredRow, folder: LibraryFolder) {
        id = fields.id("id") ?? .none
        modelId = fields.id("model_id")
        modelName = fields.text("model_name")
        modelDigest = fields.text("model_digest")
        worksDigest = fields.text("works_digest")
        engine = fields.text("engine")
        seed = fields.number("seed", in: 0...Int.max)
        width = fields.number("width", in: Limits.sides)
        height = fields.number("height", in: Limits.sides)
        sketchSha256 = fields.text("sketch_sha256")
        settingsDigest = fields.text("settings_digest")
        body = fields.text("body")
        sha256 = fields.text("sha256")
        pixelHash = fields.text("pixel_hash")
        sources = Self.sources(fields.rawText("sources"))
        largestPiece = fields.real("largest_piece", in: 0...1)
        let settings = GenerationSettings(stored: fields.rawText("settings"))
        isPattern = settings?.isPattern ?? false
        originality = settings?.originality ?? 0
        drafts = fields.number("drafts", in: 0...StyleKit.Limits.drafts)
        draft = fields.number("draft", in: 0...StyleKit.Limits.drafts)
        sheet = fields.id("sheet")
        spend = fields.text("spend")
        receipt = fields.text("receipt")
        refusal = fields.text("refusal")
        standing = !receipt.isEmpty ? .countersigned : refusal.isEmpty ? .waiting : .refused
        rating = fields.number("rating", in: 0...Limits.highestRating)
        isSourceWithdrawn = fields.isSet("source_withdrawn")
        device = fields.text("device")
        deviceName = fields.text("device_name")
        createdAt = fields.moment("created_at")
        file = location(in: folder)?.shownPath
    }

    /// The file, where it is on this device.
    func location(in folder: LibraryFolder) -> URL? {
        Digest(hex: sha256).map { folder.generation($0) }
            .flatMap { LibraryFile.exists($0) ? $0 : nil }
    }

    private static func sources(_ text: String) -> [Source] {
        let shares = try? JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
        return (shares ?? [:]).compactMap { work, share in
            WorkID(hex: work).map { Source(work: $0, share: min(max(share, 0), 1)) }
        }.sorted { ($1.share, $0.work) < ($0.share, $1.work) }
    }
}

extension GenerationSettings {
    /// Reads what a row says it was drawn with, else nil: any tool may write it.
    init?(stored text: String) {
        guard
            let settings = try? CanonicalJSON.decoder.decode(Self.self, from: Data(text.utf8))
        else { return nil }
        let sides = StyleKit.Limits.generatedSide
        guard sides.contains(settings.width), sides.contains(settings.height),
            StyleKit.Limits.originality.contains(settings.originality),
            settings.works.count <= Limits.worksPerModel
        else { return nil }
        self = settings
    }
}
