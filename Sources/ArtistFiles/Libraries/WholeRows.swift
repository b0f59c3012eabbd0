/// Rows of a picture that its decoder holds whole.
final class WholeRows: SampleRows {
    /// `[height, stride]`: rows of `[width, 4]` samples, perhaps with a gap behind each.
    private let bytes: UnsafeRawPointer
    private let stride: Int
    private let rowBytes: Int
    private let finish: (UnsafeMutableRawPointer) -> Void
    private var row = 0

    /// - Parameters:
    ///   - bytes: The memory must outlive the reader.
    ///   - finish: Changes a row that was copied.
    init(
        _ bytes: UnsafeRawPointer, stride: Int, rowBytes: Int,
        finish: @escaping (UnsafeMutableRawPointer) -> Void = { _ in }
    ) {
        self.bytes = bytes
        self.stride = stride
        self.rowBytes = rowBytes
        self.finish = finish
    }

    func read(into row: UnsafeMutableRawPointer, alphas: UnsafeMutablePointer<UInt8>) {
        row.copyMemory(from: bytes + self.row * stride, byteCount: rowBytes)
        finish(row)
        self.row += 1
    }

    /// Refuses a picture that no decoder is to hold whole.
    static func check(width: Int, height: Int) throws(ArtistFileError) {
        guard width > 0, height > 0 else { throw .corrupt(reason: "its size is missing") }
        guard width <= Limits.wholePixels / height else {
            throw .unsupported(
                "it has \(width) × \(height) pixels, and files of its kind, whose decoders hold a "
                    + "picture whole, are read up to \(Limits.wholePixels) pixels",
                remedy: "Scale it down, or save it as PNG or TIFF")
        }
    }
}
