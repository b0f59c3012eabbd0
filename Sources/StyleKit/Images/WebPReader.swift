import CWebP

/// Reads the rows of a still WebP file, lossy or lossless, with or without alpha.
///
/// libwebp hands out parts of a picture, not rows: large pictures are decoded strip by strip. Of a
/// lossless one it holds all pixels all the same, as they may refer to any that came before.
final class WebPReader: RowReader {
    /// libwebp makes the colours of a row from its neighbours', which it does not see beyond a
    /// strip's ends.
    private static let overlap = 2

    private let file: WebPFile
    private let bytes: UnsafeBufferPointer<UInt8>
    private let stripRows: Int
    private let transform: ColorTransform?
    private var strip: [UInt8] = []
    private var stripStart = 0
    private var row = 0

    /// The bytes must stay as long as the reader does.
    init(_ file: WebPFile, _ bytes: UnsafeBufferPointer<UInt8>, stripBytes: Int) {
        self.file = file
        self.bytes = bytes
        transform = file.colors?.transform(kind: .color, isDeep: false)
        stripRows = min(file.height, max(2, stripBytes / (file.width * 4) / 2 * 2))
    }

    func read(into target: UnsafeMutablePointer<UInt8>) throws(PictureError) {
        if row.isMultiple(of: stripRows) { try decodeStrip() }
        let start = (row - stripStart) * file.width * 4
        strip.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            target.update(from: base + start, count: file.width * 4)
        }
        transform?.convertRow(UnsafePointer(target), to: target, count: file.width)
        row += 1
    }

    private func decodeStrip() throws(PictureError) {
        var config = WebPDecoderConfig()
        guard WebPInitDecoderConfig(&config) != 0 else {
            throw .unsupported(reason: "the WebP library is another than this program was made for")
        }
        stripStart = max(0, row - WebPReader.overlap)
        let end = min(file.height, row + stripRows + WebPReader.overlap)
        if end - stripStart < file.height {
            config.options.use_cropping = 1
            config.options.crop_top = Int32(stripStart)
            config.options.crop_width = Int32(file.width)
            config.options.crop_height = Int32(end - stripStart)
        }
        let count = (end - stripStart) * file.width * 4
        config.output.colorspace = MODE_RGBA
        config.output.is_external_memory = 1
        config.output.u.RGBA.stride = Int32(file.width * 4)
        config.output.u.RGBA.size = count
        var isRead = false
        strip = []
        strip = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            config.output.u.RGBA.rgba = buffer.baseAddress
            isRead = WebPDecode(bytes.baseAddress, bytes.count, &config) == VP8_STATUS_OK
            used = isRead ? count : 0
        }
        WebPFreeDecBuffer(&config.output)
        guard isRead else { throw .corrupt(reason: "its pixels are damaged or cut short") }
    }
}
