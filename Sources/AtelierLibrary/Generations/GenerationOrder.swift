import CreditLedger
public import Foundation
import SignedObjects
import StyleKit

/// A part of a figure that an order takes from one work.
public enum FigureOrderPart: String, Sendable {
    /// The body and its pose.
    case pose
    /// The head.
    case head
    /// The colours.
    case colours
}

/// A request to generate.
public struct GenerationOrder: Sendable {
    /// What kind of picture is made.
    public enum Kind: Sendable, Equatable {
        /// A composition of the works alone, or a picture after a sketch.
        case free
        /// A picture of many small pieces of the works.
        case collage
        /// A tile that continues at every edge.
        case tile
        /// A new character from the parts of works with landmarks. Each work that is named gives
        /// its part, another is chosen by the seed: the body and its pose, the head, the colours.
        case figure(pose: WorkID? = nil, head: WorkID? = nil, colours: WorkID? = nil)
        /// A work or another picture painted anew: near 100 close to it, near 0 far from it.
        case after(AfterSource, closeness: Int = 70)

        /// The kind as the settings of a generation hold it; what is painted after is named by
        /// ``GenerationService``.
        var picture: PictureKind {
            switch self {
            case .after(_, let closeness): .after(AfterSettings(closeness: closeness))
            case .free: .free
            case .collage: .collage
            case .tile: .tile
            case .figure(let pose, let head, let colours):
                .figure(
                    FigureSettings(pose: pose?.bytes, head: head?.bytes, colours: colours?.bytes))
            }
        }
    }

    /// What a picture is painted after.
    public enum AfterSource: Sendable, Equatable {
        /// A work of the model, or one whose file is on this device.
        case work(WorkID)
        /// A picture file; where it has the pixels of a work of the model, it is that work.
        case picture(URL)
    }

    /// The model.
    public var model: ModelID
    /// The seed, 0 to 2^63 - 1: the same order with the same seed gives the same pixels. Nil takes
    /// a random one.
    public var seed: UInt64?
    /// Width in pixels, `StyleKit.Limits.generatedSide`.
    public var width: Int
    /// Height in pixels, `StyleKit.Limits.generatedSide`.
    public var height: Int
    /// A picture file of flat colours that says what goes where, for a free picture or a tile.
    public var sketch: URL?
    /// What kind of picture is made.
    public var kind: Kind
    /// How far the picture departs from any one work: 0 keeps large pieces, 100 uses small ones.
    public var originality: Int
    /// Works of the model from which nothing is taken.
    public var leftOut: [WorkID]
    /// How many drafts to choose from, 1 to 9; nil draws one picture at once.
    public var drafts: Int?
    /// Whether to render again where the picture exists already.
    public var again: Bool

    /// An order as given; ``GenerationService/generate(_:_:)`` checks the ranges.
    public init(
        model: ModelID, seed: UInt64? = nil, width: Int = 512, height: Int = 512,
        sketch: URL? = nil, kind: Kind = .free, originality: Int = 50,
        leftOut: [WorkID] = [], drafts: Int? = nil, again: Bool = false
    ) {
        self.model = model
        self.seed = seed
        self.width = width
        self.height = height
        self.sketch = sketch
        self.kind = kind
        self.originality = originality
        self.leftOut = leftOut
        self.drafts = drafts
        self.again = again
    }
}

/// Everything that is needed to render a paid body; stored in the journal beside its spend.
struct GenerationPlan: Codable, Equatable, Sendable {
    let id: GenerationID
    let modelId: ModelID?
    let modelName: String
    let modelDigest: Digest
    let worksDigest: Digest
    let engine: String
    let settings: GenerationSettings
    /// The number of drafts on the sheet; 0 for a picture without a sheet.
    let drafts: Int
    /// SHA-256 of the kept file of the sketch, or of the picture that is painted after.
    var sketch: Digest?
    /// Hash of its pixels.
    var sketchPixels: Digest?

    /// Digest of the settings' bytes, the number of drafts (1 byte) and, where there is a sketch,
    /// of its pixels.
    var settingsDigest: Digest {
        Digest(of: settings.bytes + [UInt8(clamping: drafts)] + (sketchPixels?.bytes ?? []))
    }

    /// What one credit buys: the sheet, and the picked drafts in full.
    var body: RenderSpec {
        RenderSpec(
            model: modelDigest, works: worksDigest, settings: settingsDigest,
            seed: settings.seed, engine: engine)
    }
}
