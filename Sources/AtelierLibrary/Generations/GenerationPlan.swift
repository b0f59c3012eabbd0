import CreditLedger
import Foundation
import SignedObjects
import StyleKit

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
