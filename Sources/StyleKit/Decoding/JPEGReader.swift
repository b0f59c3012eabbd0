import CJPEG

/// Decodes the rows of a JPEG file with libjpeg.
final class JPEGReader: RowReader {
    private let handle: UnsafeMutablePointer<atelier_jpeg>
    private let width: Int
    private let isCMYK: Bool
    private let transform: ColorTransform?

    /// - Parameter bytes: The file; the memory must outlive the reader.
    init(_ file: JPEGFile, _ bytes: UnsafeBufferPointer<UInt8>) throws(PictureError) {
        guard let opened = atelier_jpeg_open(bytes.baseAddress, UInt(file.end)) else {
            throw .unsupported(reason: "the JPEG decoder did not start")
        }
        handle = opened
        width = file.width
        isCMYK = file.kind == .invertedCMYK
        transform = file.colors?.transform(kind: file.kind, is16Bit: false)
        guard atelier_jpeg_read_header(handle) != 0 else { throw .corrupt(reason: message) }
        guard Int(atelier_jpeg_width(handle)) == width,
            Int(atelier_jpeg_height(handle)) == file.height,
            (atelier_jpeg_channels(handle) == 4) == isCMYK
        else { throw .corrupt(reason: "its headers contradict each other") }
        guard atelier_jpeg_start(handle) != 0 else { throw .corrupt(reason: message) }
    }

    deinit { atelier_jpeg_close(handle) }

    // What follows the last row is not read: it cannot change any pixel.
    func read(into row: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        guard atelier_jpeg_read_row(handle, row) != 0 else { throw .corrupt(reason: message) }
        if let transform {
            transform.convertRow(UnsafePointer(row), to: row, count: width)
        } else if isCMYK {
            Inks.multiply(row, count: width)
        }
    }

    private var message: String {
        let text = String(cString: atelier_jpeg_message(handle))
        return text.isEmpty ? "unknown JPEG error" : text
    }
}
