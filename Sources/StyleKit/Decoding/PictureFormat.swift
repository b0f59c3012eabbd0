/// A picture file format. A file that is read is identified by its first bytes, never by its name.
public enum PictureFormat: String, Sendable, Codable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline or progressive.
    case jpeg
    /// WebP, lossy or lossless, not animated.
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
    /// - Returns: nil for an extension of no format.
    public init?(ending: String) {
        let lower = ending.lowercased()
        guard let format = Self.allCases.first(where: { $0.endings.contains(lower) }) else {
            return nil
        }
        self = format
    }

    /// Tells the format by the first bytes of a file.
    ///
    /// - Parameter bytes: The file, or at least its first twelve bytes.
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
        } else {
            return nil
        }
    }
}
