/// The file format of a picture, told from its first bytes and never from a file name.
public enum PictureFormat: String, Sendable, Codable, CaseIterable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline or progressive.
    case jpeg
    /// WebP, lossy or lossless, not animated.
    case webp

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
