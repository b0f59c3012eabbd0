public import Fingerprints

/// What a library keeps of a picture file besides the file, found in one streaming pass: 200
/// million pixels take no more memory than ``Limits/stripBytes``, progressive JPEG and lossless
/// WebP excepted, whose decoders hold the whole picture.
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
    /// What the artist may want to know about the file.
    public let notes: [PictureNote]

    /// Decodes a PNG, JPEG or WebP file as ``Picture/decode(_:)`` does.
    ///
    /// - Parameter bytes: The whole file; it may be hostile.
    /// - Throws: ``PictureError``.
    public init(of bytes: [UInt8]) throws(PictureError) {
        try self.init(of: bytes, stripBytes: Limits.stripBytes)
    }

    /// - Parameter stripBytes: The most bytes of decoded rows that are held at once.
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

    /// Whether a style can be learned from the picture: each side has at least ``Limits/workSide``
    /// pixels.
    public var isLargeEnoughToLearn: Bool { min(width, height) >= Limits.workSide }
}

/// A remark on a picture file that was decoded all the same.
public enum PictureNote: Sendable, Equatable, CustomStringConvertible {
    /// The file is animated; its still default picture was decoded.
    case animation
    /// The end of the file is missing, but no pixel.
    case missingEnd
    /// The description of its colours cannot be used; they count as sRGB.
    case colorsIgnored(reason: String)

    /// What it means for the picture.
    public var description: String {
        switch self {
        case .animation:
            "It is an animation: its first picture was taken, the others were not."
        case .missingEnd:
            "The end of the file is missing; all pixels are there."
        case .colorsIgnored(let reason):
            "Its colour information was ignored: \(reason). If they look wrong, "
                + "save it again as sRGB."
        }
    }
}
