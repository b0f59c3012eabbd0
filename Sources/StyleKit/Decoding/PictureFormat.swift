/// The file format of a picture: of one that is read, told from its first bytes and never from a
/// file name.
public enum PictureFormat: String, Sendable, Codable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline or progressive.
    case jpeg
    /// WebP, lossy or lossless, not animated.
    case webp

    /// How the names of such files may end, the usual ending first.
    public var endings: [String] {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .webp: ["webp"]
        }
    }

    /// The format that a file's name asks for when it is written.
    ///
    /// - Parameter ending: What follows the last dot, in any case: `jpg`, `JPEG`.
    /// - Returns: nil if no format's files end so.
    public init?(ending: String) {
        let lower = ending.lowercased()
        guard let format = Self.allCases.first(where: { $0.endings.contains(lower) }) else {
            return nil
        }
        self = format
    }

    /// Tells the format from the first bytes of a file.
    ///
    /// - Parameter bytes: The file, or at least its first twelve bytes.
    /// - Returns: nil if it is none of them.
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
