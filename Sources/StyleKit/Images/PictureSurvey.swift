/// What a library keeps of a picture file, found without holding the picture: a file of 200 million
/// pixels takes no more memory than a strip of it.
public struct PictureSurvey: Sendable {
    /// The format that the file came in.
    public let format: PictureFormat
    /// Pixels across, upright.
    public let width: Int
    /// Pixels down, upright.
    public let height: Int
    /// ``Picture/pixelHash`` of the picture.
    public let pixelHash: [UInt8]
    /// ``Picture/fingerprintReading()`` of the picture.
    public let fingerprint: FingerprintReading
    /// What its artist may want to know of the file.
    public let notes: [PictureNote]

    /// Reads a PNG, JPEG or WebP file as ``Picture/decode(_:)`` does.
    ///
    /// - Parameter bytes: The whole file; it may come from a stranger.
    /// - Throws: ``PictureError``.
    public init(of bytes: [UInt8]) throws(PictureError) {
        try self.init(of: bytes, stripBytes: Limits.stripBytes)
    }

    /// - Parameter stripBytes: The largest part that is held at once.
    package init(of bytes: [UInt8], stripBytes: Int) throws(PictureError) {
        let file = try PictureFile(bytes, stripBytes: stripBytes)
        let (width, height) = file.uprightSize
        var hash = PixelHash(width: width, height: height)
        let prints = FingerprintRows(width: width, height: height)
        try UprightRows(file).each { row in
            hash.add(row)
            prints.add(row)
        }
        format = file.format
        self.width = width
        self.height = height
        pixelHash = hash.finished
        fingerprint = prints.reading
        notes = file.notes
    }

    /// Whether models can learn from the picture: each side has ``Limits/workSide`` pixels.
    public var isLargeEnoughToLearn: Bool { min(width, height) >= Limits.workSide }
}
