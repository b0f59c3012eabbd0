import SignedObjects
public import StyleKit

/// How like a picture is to a style. Its JSON form is what `models compare --json` prints.
public struct ModelComparison: Codable, Equatable, Sendable {
    /// What the artist calls the model.
    public let model: String
    /// The picture's path.
    public let file: String
    /// The measures, 0 to 100 each.
    public let likeness: StyleLikeness

    /// The measures as lines for people, all together first.
    public var summary: [(label: String, text: String)] {
        [
            ("likeness", "\(likeness.overall) of 100"), ("colours", Self.text(likeness.colors)),
            ("light", Self.text(likeness.light)), ("lines", Self.text(likeness.lines)),
            ("directions", Self.text(likeness.directions)),
            ("texture", Self.text(likeness.texture)), ("marks", Self.text(likeness.marks)),
        ]
    }

    private static func text(_ value: Double) -> String { "\(Int(rounding: value))" }
}
