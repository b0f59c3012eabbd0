import CreditLedger
public import Foundation
import SignedObjects
import StyleKit

/// What the artist asks for.
public struct GenerationOrder: Sendable {
    /// The model.
    public var model: ModelID
    /// Chooses among the pictures; nil takes a random one.
    public var seed: UInt64?
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// A picture of flat colours that says what goes where.
    public var sketch: URL?
    /// Whether the picture is a tile that continues at every edge.
    public var isPattern: Bool
    /// How far the picture goes from any one work, 0 to 100.
    public var originality: Int
    /// Works of the model that nothing is taken from.
    public var leftOut: [WorkID]
    /// How many drafts to choose from, 1 to 9; nil draws one picture at once.
    public var drafts: Int?
    /// Render again even where the picture is there already.
    public var again: Bool

    /// An order as given; ``GenerationService/generate(_:_:)`` checks the ranges.
    public init(
        model: ModelID, seed: UInt64? = nil, width: Int = 512, height: Int = 512,
        sketch: URL? = nil, isPattern: Bool = false, originality: Int = 50,
        leftOut: [WorkID] = [], drafts: Int? = nil, again: Bool = false
    ) {
        self.model = model
        self.seed = seed
        self.width = width
        self.height = height
        self.sketch = sketch
        self.isPattern = isPattern
        self.originality = originality
        self.leftOut = leftOut
        self.drafts = drafts
        self.again = again
    }
}

/// All that is needed to render a paid body; stands in the journal beside its spend.
struct GenerationPlan: Codable, Equatable, Sendable {
    let id: GenerationID
    let modelId: ModelID?
    let modelName: String
    let modelDigest: Digest
    let worksDigest: Digest
    let engine: String
    let settings: GenerationSettings
    /// How many drafts the sheet has; 0: there is no sheet, the picture is drawn at once.
    let drafts: Int
    /// SHA-256 of the kept sketch's file.
    var sketch: Digest?
    /// Hash of the sketch's pixels.
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
