public import Foundation

/// What the artist asks for.
public struct GenerationOrder: Sendable {
    /// The model's name or id.
    public var model: String
    /// Chooses among the pictures; nil takes a random one.
    public var seed: UInt64?
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// A picture of flat colours that says what goes where.
    public var sketch: URL?
    /// Render again even where the picture is there already.
    public var again: Bool

    /// Takes every field.
    public init(
        model: String, seed: UInt64? = nil, width: Int = 512, height: Int = 512,
        sketch: URL? = nil, again: Bool = false
    ) {
        self.model = model
        self.seed = seed
        self.width = width
        self.height = height
        self.sketch = sketch
        self.again = again
    }
}
