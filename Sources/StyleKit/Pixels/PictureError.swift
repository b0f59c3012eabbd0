import ArtistFiles

/// Why a picture was refused or not written; nothing of it was kept.
public enum PictureError: Error, Equatable, CustomStringConvertible {
    /// The file is of no ``PictureFormat``.
    case notAPicture
    /// The file is damaged or truncated.
    case corrupt(reason: String)
    /// The file has more bytes than ``Limits/fileBytes``.
    case fileTooLarge(bytes: Int, limit: Int)
    /// A side, or the number of pixels, exceeds its limit.
    case tooLarge(width: Int, height: Int, side: Int, pixels: Int)
    /// A side is below 1 pixel.
    case tooSmall(width: Int, height: Int)
    /// The number of bytes is not width × height × 4.
    case wrongByteCount(count: Int, expected: Int)
    /// The file is valid but of a kind that is not decoded.
    case unsupported(reason: String, remedy: String? = nil)
    /// This build lacks the library that reads such files.
    case missingLibrary(name: String)
    /// The encoder refused the picture.
    case notWritten(reason: String)

    /// What happened, the limit, and what to do next.
    public var description: String {
        switch self {
        case .notAPicture:
            "This is no picture file that is read: PNG, JPEG, WebP, OpenRaster, Krita, PSD, TIFF, "
                + "HEIC, AVIF, JPEG XL, Clip Studio or Procreate. Save the picture as PNG."
        case .corrupt(let reason):
            "The picture file is damaged: \(reason). Save it again from its program."
        case .fileTooLarge(let bytes, let limit):
            "The picture file has \(bytes) bytes; at most \(limit) are read. Save it smaller."
        case .tooLarge(let width, let height, let side, let pixels):
            "The picture is \(width) × \(height) pixels; at most \(side) a side and "
                + "\(pixels) in all are read. Scale it down."
        case .tooSmall(let width, let height):
            "The picture is \(width) × \(height) pixels; it must have at least one."
        case .wrongByteCount(let count, let expected):
            "The picture has \(count) bytes; its size requires \(expected)."
        case .unsupported(let reason, let remedy):
            "The picture cannot be read: \(reason). \(remedy ?? "Save it as an 8-bit sRGB PNG")."
        case .missingLibrary(let name):
            "The picture cannot be read: this build of Atelier lacks \(name), which reads such "
                + "files. Save it as PNG, or install \(name)-dev and build Atelier again."
        case .notWritten(let reason):
            "The picture could not be written: \(reason)."
        }
    }
}

extension PictureError {
    init(_ error: ArtistFileError) {
        self =
            switch error {
            case .corrupt(let reason): .corrupt(reason: reason)
            case .unsupported(let reason, let remedy):
                .unsupported(reason: reason, remedy: remedy)
            case .missingLibrary(let library): .missingLibrary(name: library.rawValue)
            }
    }
}
