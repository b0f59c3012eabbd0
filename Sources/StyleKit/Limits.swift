/// The bounds within which StyleKit works; everything beyond is refused with a reason.
public enum Limits {
    /// The largest file that is looked at, in bytes.
    public static let fileBytes = 512 << 20
    /// The largest width or height of a picture, in pixels.
    public static let side = 16_384
    /// The largest number of pixels of a picture.
    public static let pixels = 200_000_000
    /// The most scans of a JPEG file: thousands of tiny ones would take hours to decode.
    package static let jpegScans = 500
    /// The most `IDAT` chunks of a PNG file: a place is kept for each.
    package static let pngParts = 1 << 20
    /// The largest part of a picture that is held at once while it is surveyed, in bytes.
    package static let stripBytes = 256 << 20
    /// The largest embedded colour profile that is applied, in bytes; a larger one is left aside.
    package static let profileBytes = 4 << 20
    /// The quality at which JPEG files are written, 1 to 100: nobody sees what it loses in art.
    public static let jpegQuality = 92
    /// The quality at which WebP files are written, 0 to 100.
    public static let webPQuality = 90
    /// The smallest width or height of a work that can be learned from, in pixels.
    public static let workSide = 64
    /// The largest number of works in one model.
    public static let works = 1_024
    /// The short side at which a work is kept in a model, at most, in pixels.
    public static let learnedSide = 1_024
    /// The number of pixels that a model keeps of one work, at most.
    public static let learnedPixels = 1 << 22
    /// The largest model file, in bytes.
    public static let modelBytes = 1 << 30
    /// The smallest and largest width and height of a generation, in pixels.
    public static let generatedSide = 64...2_048
    /// How far a generation may go from any one work: 0 least, 100 most.
    public static let originality = 0...100
    /// The largest number of avoided and kept areas of one work in a generation.
    public static let areas = 256
    /// The largest number of drafts on one sheet.
    public static let drafts = 9
    /// The largest number of threads that a rendering uses.
    public static let threads = 64
    /// The number of pixels of all works together at the finest level of a rendering, at most.
    package static let sourcePixels = 20_000_000
    /// The largest number of colours in a palette.
    package static let paletteColors = 12
}
