import Foundation
import SignedObjects
import StyleKit

extension StyleAnalysis {
    /// Reads what a row says was measured, else nil: any tool may write it.
    init?(stored text: String) {
        guard
            let analysis = try? CanonicalJSON.decoder.decode(Self.self, from: Data(text.utf8)),
            analysis.isPossible
        else { return nil }
        self = analysis
    }

    /// Whether every number is one that measuring can give.
    private var isPossible: Bool {
        let lists = [lightness, strokeWidths, edgeDirections]
        return palette.count <= Limits.measuredParts
            && palette.allSatisfy { Self.parts.contains($0.share) && $0.hex.utf8.count == 7 }
            && lists.allSatisfy { $0.count <= Limits.measuredParts }
            && lists.joined().allSatisfy(Self.parts.contains)
            && textureByScale.count <= Limits.measuredParts
            && textureByScale.allSatisfy(Self.lightnesses.contains)
    }

    private static let parts = 0.0...1.0
    /// Of changes of lightness, which reaches from 0 to 100.
    private static let lightnesses = 0.0...100.0
}
