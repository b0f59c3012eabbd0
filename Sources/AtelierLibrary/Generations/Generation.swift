import Foundation
import SignedObjects
public import StyleKit
import SyncKit
import SystemSupport

/// One generated picture. Its JSON form is what `generations show --json` prints.
public struct Generation: Codable, Equatable, Sendable {
    /// A work that parts of the picture come from.
    public struct Source: Codable, Equatable, Sendable {
        /// The work.
        public let work: WorkID
        /// The part of the picture that comes from it, 0 to 1.
        public let share: Double
    }

    /// Which works the parts of a figure come from.
    public struct Figure: Codable, Equatable, Sendable {
        /// The work whose head it is.
        public let head: WorkID
        /// The work whose body and pose are the base.
        public let pose: WorkID
        /// The work of which another part of the body is; left out where there is none.
        public let second: WorkID?
        /// The work whose eyes, nose and mouth the head has; left out where they are its own.
        public let face: WorkID?
        /// Whether the works show one character only: the figure is a variant, and nobody new.
        public let isVariant: Bool
    }

    /// Whether the server has countersigned a generation.
    public enum Standing: String, Codable, Sendable {
        /// The server countersigned: there is a receipt.
        case countersigned
        /// The server has not answered yet; the next sync asks it.
        case waiting
        /// The server refused for good: see ``Generation/refusal``.
        case refused
    }

    /// The generation's id.
    public let id: GenerationID
    /// The model's row; left out where the row names none.
    public let modelId: ModelID?
    /// The model's name at that time.
    public let modelName: String
    /// SHA-256 of the model's file, hexadecimal.
    public let modelDigest: String
    /// Digest of the works that the model learned from, hexadecimal.
    public let worksDigest: String
    /// The version of the method that rendered it.
    public let engine: String
    /// The seed, 0 to 2^63 - 1.
    public let seed: Int
    /// Width in pixels.
    public let width: Int
    /// Height in pixels.
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
    /// The largest connected piece that is copied unchanged from one work, as a part of the
    /// picture, 0 to 1.
    public let largestPiece: Double
    /// What kind of picture it is: `free`, `tile` or `figure`; empty where the row does not say.
    public let kind: String
    /// Which works its parts come from, where it is a figure; left out otherwise.
    public let figure: Figure?
    /// The originality that it was made with, 0 to 100.
    public let originality: Int
    /// The number of drafts on its sheet; 0 for a picture that was drawn without one.
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
    /// Why the server refused; empty otherwise.
    public let refusal: String
    /// The rating, 1 to 5; 0 without one.
    public let rating: Int
    /// Whether a work that it comes from was removed since then.
    public let isSourceWithdrawn: Bool
    /// A blurred copy, for devices without the file; left out where the row holds none.
    public let preview: PicturePreview?
    /// The device that made it.
    public let device: String
    /// The name of that device.
    public let deviceName: String
    /// When it was made, by that device's corrected clock.
    public let createdAt: Moment
    /// The watermarked file's path; left out where the file is not on this device.
    public private(set) var file: String?
    /// The cases in which its receipt is withheld, by number; left out where there is none. Told by
    /// ``WithheldReceipts``.
    public internal(set) var withheldIn: [Int]?

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
        kind = settings?.kind.name ?? ""
        figure = try? CanonicalJSON.decode(
            Figure.self, from: Data(fields.rawText("figure").utf8))
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
        preview = fields.preview
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

extension Generation.Figure {
    /// The works as the synthesis names them; nil where an id is none.
    init?(_ sources: FigureSources) {
        guard let head = WorkID(sources.head), let pose = WorkID(sources.pose) else { return nil }
        self.init(
            head: head, pose: pose, second: sources.second.flatMap { WorkID($0) },
            face: sources.face.flatMap { WorkID($0) }, isVariant: sources.isVariant)
    }

    /// The text that is stored.
    var text: String {
        get throws {
            String(decoding: try CanonicalJSON.encoder.encode(self), as: UTF8.self)
        }
    }
}

extension GenerationSettings {
    /// Reads the stored text; nil where it is not valid, for any program may write it.
    init?(stored text: String) {
        guard
            let settings = try? CanonicalJSON.decode(Self.self, from: Data(text.utf8))
        else { return nil }
        let sides = StyleKit.Limits.generatedSide
        guard sides.contains(settings.width), sides.contains(settings.height),
            StyleKit.Limits.originality.contains(settings.originality),
            settings.works.count <= Limits.worksPerModel
        else { return nil }
        self = settings
    }
}

/// Why a picture was not generated or exported; no credit is lost.
public enum GenerationError: ServiceError {
    /// The account may not generate now.
    case refused(reason: String)
    /// A paid picture cannot be written now; it can be finished later.
    case unfinished(reason: String)
    /// A picture was made and is in the library, and cannot be copied to the file that was named.
    case notCopied(path: String, reason: String)
    /// The artist stopped it.
    case stopped
    /// Rendering again gave other pixels than the first time.
    case otherPixels
    /// The watermark stays: the server has not countersigned the generation.
    case noReceipt(reason: String, nextStep: NextStep?)
    /// The watermark stays: a moderator's decision withholds the receipt.
    case withheld(cases: [Int], canAppeal: Bool)
    /// The row of a generation no longer says what is needed to render it again.
    case changedRow
    /// The generation is not a sheet of drafts.
    case notASheet(name: String)
    /// The generation is a sheet of drafts, not a picture.
    case isASheet(name: String)
    /// More drafts of one sheet than one credit pays for.
    case tooManyPicks(limit: Int)
    /// The work that is to give a part of a figure is left out.
    case partLeftOut(FigureOrderPart, title: String)
    /// The model learned no landmarks of the work that is to give a part of a figure.
    case partWithoutLandmarks(FigureOrderPart, title: String, isUntrained: Bool)
    /// Too few works of the model have landmarks; of some they were set since it was trained.
    case tooFewFigures(count: Int, limit: Int, untrained: Int)

    var kind: Failure.Kind {
        switch self {
        case .refused, .noReceipt, .withheld, .changedRow: .refused
        case .stopped: .transient
        case .unfinished, .notCopied: .storage
        case .otherPixels, .partWithoutLandmarks, .tooFewFigures: .other
        case .notASheet, .isASheet, .tooManyPicks, .partLeftOut: .invalidInput
        }
    }

    var nextStep: NextStep? {
        switch self {
        case .stopped, .unfinished: .finishPictures
        case .notCopied: .exportPicture
        case .noReceipt(_, let step): step
        case .withheld(_, let canAppeal): canAppeal ? .appealCase : .showCase
        case .notASheet: .makeSheet
        case .isASheet: .pickDrafts
        case .partWithoutLandmarks(_, _, let isUntrained):
            isUntrained ? .trainModel : .setLandmarks
        case .tooFewFigures(_, _, let untrained): untrained > 0 ? .trainModel : .setLandmarks
        default: nil
        }
    }

    var number: Int? {
        if case .withheld(let cases, _) = self { cases.first } else { nil }
    }

    /// What happened, and why.
    public var description: String {
        switch self {
        case .refused(let reason): reason
        case .unfinished(let reason):
            "\(reason) The picture is paid for and not lost: it can be finished once there is room."
        case .notCopied(let path, let reason):
            "\(path) cannot be written: \(reason). The picture is in the library."
        case .stopped: "Stopped. The credit is kept: the picture can be finished later."
        case .otherPixels:
            "Rendering again gave other pixels, so nothing was written. The model or this program "
                + "has changed since the picture was made."
        case .noReceipt(let reason, _):
            "The watermark cannot be left out yet: \(reason) Exporting with the watermark works "
                + "at any time."
        case .withheld(let cases, _):
            "The watermark cannot be left out: its receipt is held by the decision in case "
                + cases.map { String($0) }.joined(separator: ", ")
                + ". Exporting with the watermark works at any time."
        case .changedRow:
            "The picture cannot be rendered again: another program changed its entry in the "
                + "library."
        case .notASheet(let name): "\(name) is not a sheet of drafts."
        case .isASheet(let name):
            "\(name) is a sheet of drafts. Draw some of the drafts in full first."
        case .tooManyPicks(let limit):
            "At most \(limit) drafts of one sheet can be drawn in full."
        case .partLeftOut(let part, let title):
            "The \(part.rawValue) is to come from \"\(title)\", which is left out. Choose one."
        case .partWithoutLandmarks(let part, let title, let isUntrained):
            "The \(part.rawValue) cannot come from \"\(title)\": "
                + (isUntrained
                    ? "its landmarks were set or changed after the model was trained. Train a "
                        + "model again."
                    : "it has no landmarks. Set them, and train a model again.")
        case .tooFewFigures(let count, let limit, let untrained):
            "\(count) works of the model have landmarks and may be used; a figure is made of at "
                + "least \(limit). "
                + (untrained > 0
                    ? "The landmarks of \(untrained) were set after it was trained: train a model "
                        + "again."
                    : "Set the landmarks of more works, and train a model again.")
        }
    }
}
