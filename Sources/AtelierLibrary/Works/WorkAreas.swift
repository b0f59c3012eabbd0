public import StyleKit

/// What the artist marked on a work, for every model that learned from it.
public struct WorkAreas: Codable, Equatable, Sendable {
    /// Nothing is taken from these.
    public var avoided: [WorkArea] = []
    /// These appear whole or not at all, such as a face.
    public var keptWhole: [WorkArea] = []

    /// No areas.
    public init() {}
}
