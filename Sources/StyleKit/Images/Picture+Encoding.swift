extension Picture {
    /// Writes the picture as a file of this format, at the quality that ``Limits`` names.
    ///
    /// - Returns: The whole file.
    /// - Throws: ``PictureError/notWritten(reason:)``.
    public func encoded(as format: PictureFormat) throws(PictureError) -> [UInt8] {
        switch format {
        case .png: try encodedPNG()
        case .jpeg: try encodedJPEG()
        case .webp: try encodedWebP()
        }
    }
}
