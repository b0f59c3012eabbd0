/// One work of the artist, as it is learned from.
public struct StyleWork: Sendable {
    /// The work's id in the library: 16 bytes.
    public let id: [UInt8]
    /// The work as it was imported, at full size.
    public let picture: Picture

    /// Pairs an id with a picture.
    public init(id: [UInt8], picture: Picture) {
        self.id = id
        self.picture = picture
    }
}
