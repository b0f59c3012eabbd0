public import Foundation

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
