import ArtistFiles

/// A picture file format that is read. A file is identified by its bytes, never by its name.
///
/// The raw value is the extension under which a library keeps the file.
public enum PictureFormat: String, Sendable, Codable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline or progressive.
    case jpeg
    /// WebP, lossy or lossless, not animated.
    case webp
    /// OpenRaster: its merged picture.
    case openRaster = "ora"
    /// Krita: its merged picture.
    case krita = "kra"
    /// Photoshop: its merged picture.
    case photoshop = "psd"
    /// Photoshop, for large documents: its merged picture.
    case photoshopBig = "psb"
    /// TIFF: its first picture.
    case tiff
    /// HEIF with HEVC: its primary picture.
    case heic
    /// HEIF with AV1: its primary picture.
    case avif
    /// JPEG XL.
    case jpegXL = "jxl"
    /// Clip Studio Paint: its preview.
    case clipStudio = "clip"
    /// Procreate: its preview.
    case procreate

    /// Tells the format by the bytes of a file.
    ///
    /// - Parameter bytes: The whole file; its first 4 KiB are enough for all but Procreate.
    /// - Returns: nil for any other file.
    public init?(sniffing bytes: [UInt8]) {
        if bytes.starts(with: PNGFile.signature) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: Array("RIFF".utf8)),
            bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
        {
            self = .webp
        } else if let kind = ArtistFileKind(sniffing: bytes) {
            self = Self(kind)
        } else {
            return nil
        }
    }

    private init(_ kind: ArtistFileKind) {
        self =
            switch kind {
            case .openRaster: .openRaster
            case .krita: .krita
            case .photoshop: .photoshop
            case .photoshopBig: .photoshopBig
            case .tiff: .tiff
            case .heic: .heic
            case .avif: .avif
            case .jpegXL: .jpegXL
            case .clipStudio: .clipStudio
            case .procreate: .procreate
            }
    }

    /// The kind of artist's file that it is; nil for PNG, JPEG and WebP.
    var artistFileKind: ArtistFileKind? { ArtistFileKind.allCases.first { Self($0) == self } }

    /// The format's name for people.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        case .openRaster: "OpenRaster"
        case .krita: "Krita"
        case .photoshop: "PSD"
        case .photoshopBig: "PSB"
        case .tiff: "TIFF"
        case .heic: "HEIC"
        case .avif: "AVIF"
        case .jpegXL: "JPEG XL"
        case .clipStudio: "Clip Studio"
        case .procreate: "Procreate"
        }
    }
}

/// A picture file format that is written.
public enum OutputFormat: String, Sendable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline.
    case jpeg
    /// WebP, lossy.
    case webp

    /// The file name extensions in lower case, the usual one first.
    public var endings: [String] {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .webp: ["webp"]
        }
    }

    /// The format that a file name asks for when a file is written.
    ///
    /// - Parameter ending: What follows the last dot, in any case: `jpg`, `JPEG`.
    /// - Returns: nil for an extension of no format that is written.
    public init?(ending: String) {
        let lower = ending.lowercased()
        guard let format = Self.allCases.first(where: { $0.endings.contains(lower) }) else {
            return nil
        }
        self = format
    }
}
