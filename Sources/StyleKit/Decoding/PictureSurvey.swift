import ArtistFiles
public import Fingerprints

/// What a library keeps of a picture file besides the file, found in one streaming pass: 200
/// million pixels take no more memory than ``Limits/stripBytes``, progressive JPEG, lossless WebP,
/// HEIC, AVIF and JPEG XL excepted, whose decoders hold the whole picture.
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
    /// A blurred copy of the picture.
    public let preview: PicturePreview
    /// What the artist may want to know about the file.
    public let notes: [PictureNote]

    /// Decodes a file of any ``PictureFormat`` as ``Picture/decode(_:)`` does.
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
        var sampler = PreviewSampler(width: width, height: height)
        try UprightRows(file).each { row in
            hash.add(row)
            sampler.add(row)
            prints.add(row)
        }
        format = file.format
        self.width = width
        self.height = height
        pixelHash = hash.finished
        fingerprint = prints.reading
        preview = sampler.preview
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
    /// The file holds several pictures or pages; its first one was decoded.
    case severalPictures
    /// Only the preview that the file holds was decoded, of this size in pixels; `canvas` is the
    /// size of the whole picture, where the file tells it.
    case previewOnly(width: Int, height: Int, canvas: PictureSize?)

    /// Whether only a preview was decoded.
    public var isPreview: Bool {
        if case .previewOnly = self { true } else { false }
    }

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
        case .severalPictures:
            "It holds several pictures or pages: the first was taken, the others were not."
        case .previewOnly(let width, let height, let canvas):
            "Only the preview in it was taken, \(width) × \(height) pixels"
                + (canvas.map { ", instead of the canvas of \($0.width) × \($0.height)" } ?? "")
                + ": the drawing itself lies in a form that is not read. For all of it, "
                + "export it as PNG or PSD and use that."
        }
    }

    init(_ note: ArtistFileNote) {
        self =
            switch note {
            case .animation: .animation
            case .severalPictures: .severalPictures
            case .previewOnly(let width, let height, let canvas):
                .previewOnly(
                    width: width, height: height,
                    canvas: canvas.map { PictureSize(width: $0.width, height: $0.height) })
            }
    }
}

/// The size of a picture, in pixels.
public struct PictureSize: Sendable, Equatable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int

    /// A size of any extent.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}
