/// The file format of a picture, told from its first bytes and never from a file name.
public enum PictureFormat: String, Sendable, Codable {
    /// Portable Network Graphics.
    case png
    /// JPEG, baseline or progressive.
    case jpeg

    /// Tells the format from the first bytes of a file.
    ///
    /// - Parameter bytes: The file, or at least its first eight bytes.
    /// - Returns: nil if it is neither PNG nor JPEG.
    public init?(sniffing bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else {
            return nil
        }
    }
}
