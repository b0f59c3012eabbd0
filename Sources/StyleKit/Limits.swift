import ArtistFiles

/// The limits within which StyleKit works; what exceeds one is refused with the reason.
public enum Limits {
    /// The largest picture file, in bytes.
    public static let fileBytes = 512 << 20
    /// The largest width or height of a picture, in pixels.
    public static let side = 16_384
    /// The most pixels of a picture.
    public static let pixels = 200_000_000
    /// The most scans of a JPEG file: thousands of tiny ones would take hours to decode.
    package static let jpegScans = 500
    /// The most `IDAT` chunks of a PNG file: the range of each is kept.
    package static let pngParts = 1 << 20
    /// The most bytes of decoded rows that are held at once while a file is surveyed or learned.
    package static let stripBytes = 256 << 20
    /// The largest embedded colour profile in bytes; a larger one is ignored.
    package static let profileBytes = ArtistFiles.Limits.profileBytes
    /// The quality of JPEG files, 1 to 100: its loss is not visible on illustrations.
    public static let jpegQuality = 92
    /// The quality of WebP files, 0 to 100.
    public static let webPQuality = 90
    /// The most bytes of a picture's preview.
    public static let previewBytes = 32
    /// The parts of a picture's longer side whose means its preview is made of.
    static let previewParts = 64
    /// The smallest width or height of a work that is learned from, in pixels.
    public static let workSide = 64
    /// The most works of one model.
    public static let works = 1_024
    /// The longest short side at which a model keeps a work, in pixels.
    public static let learnedSide = 1_024
    /// The most pixels that a model keeps of one work.
    public static let learnedPixels = 1 << 22
    /// The largest model file, in bytes.
    public static let modelBytes = 1 << 30
    /// The width and height of a generation, in pixels.
    public static let generatedSide = 64...2_048
    /// How far a generation departs from any one work: 0 least, 100 most.
    public static let originality = 0...100
    /// How close a picture is kept to the one that it is painted after: 0 least, 100 most.
    public static let closeness = 0...100
    /// The most avoided and kept areas of one work in a generation.
    public static let areas = 256
    /// Which way a marked head looks: all to the left of the picture, to all to its right.
    public static let figureYaw = -100...100
    /// The number of points of the outline of a marked head.
    public static let outlinePoints = 3...256
    /// The most strokes of each kind, forearms and held things, on one work.
    public static let markStrokes = 4
    /// The number of points of one stroke.
    public static let strokePoints = 2...32
    /// The least distance of marks between which a figure is measured, across or down, in
    /// ten-thousandths of the work.
    package static let leastMarkDistance = 100
    /// The fewest works with marks of which figures are made.
    public static let figureWorks = 2
    /// The most marked works among which a figure's parts are sought; of more works some are chosen
    /// by the seed.
    package static let figureDonors = 48
    /// The most ordered pairs of works, each with one way to meet, that are tried for a
    /// composition; of more some are chosen by the sheet's seed.
    package static let composedPairs = 1_500
    /// The most drafts of one sheet.
    public static let drafts = 9
    /// The most threads of one synthesis.
    public static let threads = 64
    /// The most pixels of all works together at the finest level of a synthesis; of more works some
    /// are chosen by the seed.
    package static let sourcePixels = 20_000_000
    /// The most colours of a palette.
    package static let paletteColors = 12
}
