/// Why a picture was refused; nothing was kept of it.
public enum PictureError: Error, Equatable, CustomStringConvertible {
    /// The bytes begin like no PNG, JPEG or WebP file.
    case notAPicture
    /// The file is damaged or cut short.
    case corrupt(reason: String)
    /// The file has more bytes than are looked at.
    case fileTooLarge(bytes: Int, limit: Int)
    /// The picture has too long a side or too many pixels.
    case tooLarge(width: Int, height: Int, side: Int, pixels: Int)
    /// The picture has no pixels.
    case tooSmall(width: Int, height: Int)
    /// The number of bytes does not fit the width and height.
    case wrongByteCount(count: Int, expected: Int)
    /// The file is sound but of a kind that is not read.
    case unsupported(reason: String)
    /// The picture could not be written.
    case notWritten(reason: String)

    /// What happened, the limit, and what to do next.
    public var description: String {
        switch self {
        case .notAPicture:
            "This is no PNG, JPEG or WebP file. Save the picture as one of them."
        case .corrupt(let reason):
            "The picture file is damaged: \(reason). Save it again from its program."
        case .fileTooLarge(let bytes, let limit):
            "The picture file has \(bytes) bytes; at most \(limit) are read. Save it smaller."
        case .tooLarge(let width, let height, let side, let pixels):
            "The picture is \(width) × \(height) pixels; at most \(side) a side and "
                + "\(pixels) in all are read. Scale it down."
        case .tooSmall(let width, let height):
            "The picture is \(width) × \(height) pixels; it needs at least one."
        case .wrongByteCount(let count, let expected):
            "The picture came with \(count) bytes; its size asks for \(expected)."
        case .unsupported(let reason):
            "The picture cannot be read: \(reason). Save it as an 8-bit sRGB PNG."
        case .notWritten(let reason):
            "The picture could not be written: \(reason)."
        }
    }
}
