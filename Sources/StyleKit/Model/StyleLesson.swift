/// What a model keeps of one work, learned from its file: a few megabytes, however large it is.
public struct StyleLesson: Sendable {
    let entry: ModelEntry

    /// SHA-256 of the work's pixels: ``Picture/pixelHash``.
    public var pixelHash: [UInt8] { entry.pixelHash }

    /// Learns from one work.
    ///
    /// - Parameters:
    ///   - id: The work's id in the library: 16 bytes.
    ///   - file: The whole file of the picture.
    /// - Throws: ``PictureError`` if it cannot be read, ``StyleError`` if nothing can be learned
    ///   from it.
    public init(id: [UInt8], file: [UInt8]) throws {
        try self.init(id: id, file: file, stripBytes: Limits.stripBytes)
    }

    /// - Parameter stripBytes: The largest part of the picture that is held at once.
    package init(id: [UInt8], file: [UInt8], stripBytes: Int) throws {
        entry = try ModelEntry(id: id, file: PictureFile(file, stripBytes: stripBytes))
    }
}
