/// What became of one file that was added.
public struct AddedWork: Codable, Equatable, Sendable {
    /// The work, new or known before.
    public let work: Work
    /// True where the same picture was in the library already: nothing was repeated.
    public let isDuplicate: Bool
    /// The work there that looks most like a new one; left out where none does.
    public var resemblance: Resemblance?
    /// What the artist may want to know of the file: that it is an animation, or lacks its end.
    public var notes: [String] = []
}
