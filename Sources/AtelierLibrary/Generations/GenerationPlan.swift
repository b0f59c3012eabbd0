import CreditLedger
import Foundation
import SignedObjects
import StyleKit

/// All that is needed to render a paid body; stands in the journal beside its spend.
struct GenerationPlan: Codable, Equatable, Sendable {
    let id: RowID
    let modelId: RowID?
    let modelName: String
    let modelDigest: Digest
    let worksDigest: Digest
    let engine: String
    let seed: UInt64
    let width: Int
    let height: Int
    /// SHA-256 of the kept sketch's file.
    var sketch: Digest?
    /// Hash of the sketch's pixels.
    var sketchPixels: Digest?

    var settings: GenerationSettings {
        GenerationSettings(width: width, height: height, seed: seed)
    }

    /// Digest of the settings' bytes and, where there is a sketch, of its pixels.
    var settingsDigest: Digest {
        Digest(of: settings.bytes + (sketchPixels?.bytes ?? []))
    }

    var body: Body {
        Body(
            model: modelDigest, works: worksDigest, settings: settingsDigest, seed: seed,
            engine: engine)
    }
}
