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
        let prints = PDQRowHasher(width: width, height: height)
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

/// Something about a picture file that its artist may want to know; the picture was read.
public enum PictureNote: Sendable, Equatable, CustomStringConvertible {
    /// The file moves; the still picture that it begins with was read.
    case animation
    /// The file does not end as it should, though no pixel is missing.
    case missingEnd
    /// What the file says about its colours cannot be used.
    case colorsLeftAside(reason: String)

    /// What it means for the picture.
    public var description: String {
        switch self {
        case .animation:
            "It is an animation: its first picture was taken, the others were not."
        case .missingEnd:
            "The end of the file is missing; all pixels are there."
        case .colorsLeftAside(let reason):
            "What it says about its colours was left aside: \(reason). If they look wrong, "
                + "save it again as sRGB."
        }
    }
}
